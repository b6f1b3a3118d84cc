using IOLoops.Conformance;
using IOLoops.Tests.Stress;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Hosting;

/// <summary>The threads that wait for descriptors while no turn runs. By themselves, for they look at the whole process.</summary>
[Collection(nameof(Alone))]
public abstract class SleeperTests(PollerKind poller, int loops, bool share) : HostingHarness(poller)
{
    private const int FilesEach = 5;

    private const int Looks = 10;

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    private readonly int _before = SleeperThreads.CountOfOthers();

    private int Expected => share ? 1 : _before + loops;

    [Fact]
    public void A_loop_without_descriptors_has_no_sleeper()
    {
        var host = NewHost();
        var loop = Attached(host);
        InLoop(loop, () => loop.CallLater(TimeSpan.FromHours(1), () => { }));
        Settle(host);
        SleeperThreads.Count.ShouldBe(_before);
    }

    [Fact]
    public void Idle_loops_cause_no_wake_ups()
    {
        var (host, _, files) = Many();
        var ids = SleeperThreads.Ids();
        ids.Count.ShouldBe(Expected);
        Until(() => SleeperThreads.Rest(ids), "the sleepers rest");
        ShouldBeQuiet(host, ids);
        files.Count.ShouldBe(loops * FilesEach);
    }

    [Fact]
    public void A_descriptor_that_is_ready_while_the_host_is_busy_elsewhere_costs_the_sleeper_nothing()
    {
        var host = new CountingHost(NewHost());
        var loop = NewLoop(host);
        var file = NewEventFd();
        loop.AddHandler(file.Number, (_, _) => file.Drain(), IOEvents.Read);
        loop.Attach();
        Settle(host.Host);
        Until(() => SleeperThreads.Count == _before + 1, "the sleeper has begun");
        var ids = SleeperThreads.Ids();
        int posts = host.Posts;
        int turns = host.Host.Turns;
        var release = Hold(host.Host);
        file.Signal();
        Until(() => host.Posts > posts, "a turn was posted");
        Until(() => SleeperThreads.Rest(ids), "the sleeper rests");
        host.Host.Turns.ShouldBe(turns, "it did not rest while the host was busy");
        release.Set();
        Settle(host.Host);
    }

    [Fact]
    public void Every_descriptor_of_many_loops_is_watched()
    {
        int called = 0;
        var (host, _, files) = Many(() => called++);
        for (int round = 1; round <= 3; round++)
        {
            foreach (var file in files)
                file.Signal();
            Until(() => Volatile.Read(ref called) >= round * files.Count, "every handler was called");
            Settle(host);
        }
        SleeperThreads.Count.ShouldBe(Expected);
    }

    [Fact]
    public void No_sleeper_is_left_when_the_loops_have_stopped()
    {
        var (_, all, _) = Many();
        all.ForEach(loop => loop.Stop());
        Until(() => all.TrueForAll(loop => !loop.IsRunning), "the loops have stopped");
        ShouldEnd();
    }

    [Fact]
    public void No_sleeper_is_left_when_handlers_were_removed_in_turns() =>
        ShouldEndWhenRemoved((host, loop, remove) => InLoop(loop, remove));

    [Fact]
    public void No_sleeper_is_left_when_handlers_were_removed_between_turns() =>
        ShouldEndWhenRemoved((host, loop, remove) => OnHost(host, remove));

    [Fact]
    public void No_sleeper_is_left_when_handlers_were_removed_by_another_thread()
    {
        var (host, all, files) = Many();
        for (int i = 0; i < files.Count; i++)
            Await(all[i / FilesEach].RemoveHandlerAsync(files[i].Number).AsTask(), "a removal");
        Settle(host);
        ShouldEnd();
    }

    [Fact]
    public void A_sleeper_begins_again_after_it_has_ended()
    {
        var host = NewHost();
        var loop = Attached(host);
        for (int round = 0; round < 20; round++)
        {
            var file = NewEventFd();
            var called = NewEvent();
            OnHost(host, () => loop.AddHandler(file.Number, (_, _) =>
            {
                loop.RemoveHandler(file.Number);
                called.Set();
            }, IOEvents.Read));
            Settle(host);
            Until(() => SleeperThreads.Count >= (share ? 1 : _before + 1), "a sleeper has begun"); // it names itself
            file.Signal();
            Await(called, "the handler");
            Settle(host);
        }
        ShouldEnd();
    }

    [Fact]
    public void A_loop_that_a_ghost_has_haunted_is_still_watched()
    {
        var host = NewHost();
        var loop = NewLoop(host);
        var haunted = NewPipe();
        var file = NewEventFd();
        var called = NewEvent();
        Own(new DescriptorHandle(Descriptors.Duplicate(haunted.ReadEnd)));
        loop.AddHandler(haunted.ReadEnd, (_, _) => Assert.Fail("the ghost reached its former handler"), IOEvents.Read);
        loop.AddHandler(file.Number, (_, _) =>
        {
            file.Drain();
            called.Set();
        }, IOEvents.Read);
        loop.Attach();
        Settle(host);
        for (int round = 0; round < 3; round++)
        {
            if (round == 1)
            {
                OnHost(host, () =>
                {
                    haunted.CloseRead();
                    loop.RemoveHandler(haunted.ReadEnd);
                });
                haunted.Send();
            }
            Settle(host);
            ShouldBeQuiet(host, SleeperThreads.Ids());
            called.Reset();
            file.Signal();
            Await(called, "the handler");
        }
    }

    [Fact]
    public void Loops_that_come_and_go_leave_no_descriptors_and_no_sleepers()
    {
        var host = NewHost();
        int open = 0;
        for (int round = 0; round < 60; round++)
        {
            using var file = new EventFd();
            var called = NewEvent();
            var loop = NewLoop(host);
            loop.AddHandler(file.Number, (_, _) =>
            {
                file.Drain();
                called.Set();
            }, IOEvents.Read);
            loop.Attach();
            file.Signal();
            Await(called, "the handler");
            loop.Stop();
            Until(() => !loop.IsRunning, "the loop has stopped");
            loop.Close();
            ShouldEnd();
            if (round == 9)
                open = Directory.GetFiles("/proc/self/fd").Length;
        }
        Until(() => Directory.GetFiles("/proc/self/fd").Length <= open, "the descriptors are closed");
    }

    private void ShouldEndWhenRemoved(Action<StrictHost, HostedIOLoop, Action> run)
    {
        var (host, all, files) = Many();
        for (int i = 0; i < files.Count; i++)
        {
            var loop = all[i / FilesEach];
            int number = files[i].Number;
            run(host, loop, () => loop.RemoveHandler(number));
        }
        Settle(host);
        ShouldEnd();
    }

    /// <summary>What happens once disturbs a look or two; what wakes up now and then disturbs most of them.</summary>
    private static void ShouldBeQuiet(StrictHost host, List<string> ids) =>
        Enumerable.Range(0, Looks).Count(_ => IsQuiet(host, ids)).ShouldBeGreaterThanOrEqualTo(Looks - 2, $"looks of {Looks} in which nothing happened");

    private static bool IsQuiet(StrictHost host, List<string> ids)
    {
        var before = (host.Turns, SleeperThreads.Sleeps(ids));
        // Nobody sets it: a bounded look at threads that should do nothing.
        new ManualResetEventSlim().Wait(Look).ShouldBeFalse();
        return (host.Turns, SleeperThreads.Sleeps(ids)) == before;
    }

    private void ShouldEnd() => Until(() => SleeperThreads.Count == _before, $"no sleeper is left; there were {_before} before");

    /// <summary>Loops in one host, each with descriptors that nothing happens on.</summary>
    private (StrictHost Host, List<HostedIOLoop> Loops, List<EventFd> Files) Many(Action? called = null)
    {
        var host = NewHost();
        var all = new List<HostedIOLoop>();
        var files = new List<EventFd>();
        for (int i = 0; i < loops; i++)
        {
            var loop = NewLoop(host);
            all.Add(loop);
            for (int f = 0; f < FilesEach; f++)
            {
                var file = NewEventFd();
                files.Add(file);
                loop.AddHandler(file.Number, (_, _) =>
                {
                    file.Drain();
                    called?.Invoke();
                }, IOEvents.Read);
            }
            loop.Attach();
        }
        Settle(host);
        Until(() => SleeperThreads.Count == Expected, $"there are {Expected} sleepers");
        return (host, all, files);
    }
}
