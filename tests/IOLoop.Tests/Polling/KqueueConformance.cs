using IOLoops.Conformance;

namespace IOLoops.Tests.Polling;

public sealed class Kqueue_decisions_with_user_event() : LoopConformance(new KqueueFixture(byPipe: false));

public sealed class Kqueue_decisions_with_pipe() : LoopConformance(new KqueueFixture(byPipe: true));
