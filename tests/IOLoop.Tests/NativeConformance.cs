using IOLoops.Conformance;

namespace IOLoops.Tests;

public sealed class Epoll_with_eventfd() : LoopConformance(new NativeFixture(PollerKind.Epoll, WakerKind.EventFd));

public sealed class Epoll_with_pipe() : LoopConformance(new NativeFixture(PollerKind.Epoll, WakerKind.Pipe));

public sealed class Poll_with_eventfd() : LoopConformance(new NativeFixture(PollerKind.Poll, WakerKind.EventFd));

public sealed class Poll_with_pipe() : LoopConformance(new NativeFixture(PollerKind.Poll, WakerKind.Pipe));

public sealed class Poll_with_socket_pair() : LoopConformance(new NativeFixture(PollerKind.Poll, WakerKind.SocketPair));

public sealed class Native_epoll_with_eventfd() : NativeTests(new NativeFixture(PollerKind.Epoll, WakerKind.EventFd));

public sealed class Native_epoll_with_pipe() : NativeTests(new NativeFixture(PollerKind.Epoll, WakerKind.Pipe));

public sealed class Native_poll_with_eventfd() : NativeTests(new NativeFixture(PollerKind.Poll, WakerKind.EventFd));

public sealed class Native_poll_with_pipe() : NativeTests(new NativeFixture(PollerKind.Poll, WakerKind.Pipe));

public sealed class Native_poll_with_socket_pair() : NativeTests(new NativeFixture(PollerKind.Poll, WakerKind.SocketPair));

public sealed class Process_of_epoll_with_eventfd() : NativeProcessTests(new NativeFixture(PollerKind.Epoll, WakerKind.EventFd));

public sealed class Process_of_epoll_with_pipe() : NativeProcessTests(new NativeFixture(PollerKind.Epoll, WakerKind.Pipe));

public sealed class Process_of_poll_with_eventfd() : NativeProcessTests(new NativeFixture(PollerKind.Poll, WakerKind.EventFd));

public sealed class Process_of_poll_with_pipe() : NativeProcessTests(new NativeFixture(PollerKind.Poll, WakerKind.Pipe));

public sealed class Sockets_of_epoll() : SocketTests(new NativeFixture(PollerKind.Epoll, WakerKind.Default));

public sealed class Sockets_of_poll() : SocketTests(new NativeFixture(PollerKind.Poll, WakerKind.Default));
