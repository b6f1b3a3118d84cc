using System.Runtime.Versioning;
using Xunit;

namespace IOLoops.Rx.Tests;

public sealed class Observables_over_epoll() : ObservableTests(PollerKind.Epoll);

public sealed class Observables_over_poll() : ObservableTests(PollerKind.Poll);

[UnsupportedOSPlatform("windows")]
[Collection(SignalTests.Collection)]
public sealed class Signals_over_epoll() : SignalTests(PollerKind.Epoll);

[UnsupportedOSPlatform("windows")]
[Collection(SignalTests.Collection)]
public sealed class Signals_over_poll() : SignalTests(PollerKind.Poll);
