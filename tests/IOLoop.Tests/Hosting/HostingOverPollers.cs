namespace IOLoops.Tests.Hosting;

public sealed class A_lost_host_over_epoll() : LostHostTests(PollerKind.Epoll);

public sealed class A_lost_host_over_poll() : LostHostTests(PollerKind.Poll);

public sealed class A_lost_host_that_is_waited_for_over_epoll() : LostHostWaitTests(PollerKind.Epoll);

public sealed class A_lost_host_that_is_waited_for_over_poll() : LostHostWaitTests(PollerKind.Poll);

public sealed class Nested_runs_over_epoll() : NestedHostingTests(PollerKind.Epoll);

public sealed class Nested_runs_over_poll() : NestedHostingTests(PollerKind.Poll);

public sealed class Nested_turns_that_nobody_announces_over_epoll() : NestedHostingTests(PollerKind.Epoll, mayNest: true);

public sealed class Nested_turns_that_nobody_announces_over_poll() : NestedHostingTests(PollerKind.Poll, mayNest: true);

public sealed class Turns_over_epoll() : TurnTests(PollerKind.Epoll);

public sealed class Turns_over_poll() : TurnTests(PollerKind.Poll);

public sealed class Short_turns_over_epoll() : ShortTurnTests(PollerKind.Epoll);

public sealed class Short_turns_over_poll() : ShortTurnTests(PollerKind.Poll);

public sealed class The_shared_sleeper() : SleeperTests(PollerKind.Epoll, loops: 200, share: true);

public sealed class Sleepers_of_poll() : SleeperTests(PollerKind.Poll, loops: 20, share: false);

public sealed class Between_turns_over_epoll() : BetweenTurnsTests(PollerKind.Epoll);

public sealed class Between_turns_over_poll() : BetweenTurnsTests(PollerKind.Poll);

public sealed class Hosted_runs_over_epoll() : HostedRunningTests(PollerKind.Epoll);

public sealed class Hosted_runs_over_poll() : HostedRunningTests(PollerKind.Poll);

public sealed class Refused_posts_over_epoll() : RefusedPostTests(PollerKind.Epoll);

public sealed class Refused_posts_over_poll() : RefusedPostTests(PollerKind.Poll);
