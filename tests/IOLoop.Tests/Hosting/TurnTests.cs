using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Hosting;

/// <summary>How turns are posted and how they keep out of each other's way, and of the host's.</summary>
public abstract class TurnTests(PollerKind poller) : HostingHarness(poller)
{
    private const int Threads = 4;
    private const int Each = 250_000;

    private readonly int[] _next = new int[Threads];
    private int _outOfOrder;
    private int _inside;
    private int _overlaps;

    [Fact]
    public void A_million_callbacks_of_four_threads_keep_one_turn_posted_at_a_time()
    {
        var host = NewHost();
        var loop = Attached(host);
        PostFromThreads(loop);
        Settle(host);
        ShouldHaveRun();
        host.MostWaiting.ShouldBe(1);
        host.Turns.ShouldBeLessThan(Threads * Each / 4);
    }

    [Fact]
    public void Callbacks_that_come_while_the_host_is_busy_share_a_turn()
    {
        var host = NewHost();
        var loop = Attached(host);
        int before = host.Turns;
        int ran = 0;
        var release = Hold(host);
        var posters = Enumerable.Range(0, Threads).Select(_ => OtherThread.Start(() =>
        {
            for (int i = 0; i < 1000; i++)
                loop.AddCallback(() => ran++);
        })).ToList();
        posters.ForEach(poster => poster.Join());
        release.Set();
        Settle(host);
        ran.ShouldBe(Threads * 1000);
        host.Turns.ShouldBe(before + 1);
    }

    [Fact]
    public void Stops_while_the_host_is_busy_do_not_fill_its_queue()
    {
        var host = new CountingHost(NewHost());
        var loop = NewLoop(host);
        loop.Attach();
        Settle(host.Host);
        int before = host.Posts;
        var release = Hold(host.Host);
        for (int i = 0; i < 1000; i++)
            loop.Stop();
        (host.Posts - before).ShouldBeLessThan(5);
        release.Set();
        Until(() => !loop.IsRunning, "the loop has stopped");
    }

    [Fact]
    public void One_timer_is_armed_at_a_time_however_deadlines_move_and_none_after_the_run()
    {
        var host = new CountingHost(NewHost());
        var loop = NewLoop(host);
        loop.Attach();
        Settle(host.Host);
        foreach (int minutes in new[] { 60, 30, 10, 40 })
        {
            InLoop(loop, () => loop.CallLater(TimeSpan.FromMinutes(minutes), () => { }));
            Settle(host.Host);
            host.LiveTimers.ShouldBe(1);
        }
        loop.Stop();
        Until(() => !loop.IsRunning, "the loop has stopped");
        host.LiveTimers.ShouldBe(0);
    }

    [Fact]
    public void The_host_s_own_items_wait_for_one_turn_at_the_most()
    {
        var host = NewHost();
        var loop = Attached(host);
        var ready = NewEventFd();
        ready.Signal(); // never drained: its handler runs in every turn
        OnHost(host, () => loop.AddHandler(ready.Number, (_, _) => { }, IOEvents.Read));
        Action chain = null!;
        chain = () => loop.AddCallback(chain);
        loop.AddCallback(chain);
        int most = 0;
        int own = 0;
        int seen = host.Turns;
        bool over = false;
        var ended = NewEvent();
        void Own()
        {
            // On the host's thread no turn begins between the look and the post.
            most = Math.Max(most, host.Turns - seen);
            own++;
            seen = host.Turns;
            if (Volatile.Read(ref over))
                ended.Set();
            else
                host.PostOwn(Own);
        }
        OnHost(host, () =>
        {
            seen = host.Turns;
            host.PostOwn(Own);
        });
        PostFromThreads(loop);
        Volatile.Write(ref over, true);
        Await(ended, "the host's own work");
        most.ShouldBe(1);
        own.ShouldBeGreaterThan(1);
        loop.Stop();
        Until(() => !loop.IsRunning, "the loop has stopped");
        ShouldHaveRun();
    }

    [Fact]
    public void Loops_in_one_host_take_turns()
    {
        var host = NewHost();
        var turns = new int[3];
        int widest = 0;
        var loops = new List<HostedIOLoop>();
        for (int i = 0; i < turns.Length; i++)
        {
            int number = i;
            var loop = NewLoop(host);
            void Again()
            {
                turns[number]++;
                widest = Math.Max(widest, turns.Max() - turns.Min());
                if (turns[number] < 1000)
                    loop.AddCallback(Again);
            }
            loop.AddCallback(Again);
            loops.Add(loop);
        }
        OnHost(host, () => loops.ForEach(loop => loop.Attach()));
        Until(() => turns.All(count => count == 1000), "a thousand turns each");
        Settle(host);
        widest.ShouldBe(1);
    }

    [Fact]
    public void Turns_never_overlap_on_a_host_with_many_threads()
    {
        var loop = NewLoop(new PoolHost());
        var files = Enumerable.Range(0, 4).Select(_ => NewEventFd()).ToList();
        foreach (var file in files)
        {
            loop.AddHandler(file.Number, (_, _) =>
            {
                Enter();
                file.Drain();
                Leave();
            }, IOEvents.Read);
        }
        int ticks = 0;
        void Tick()
        {
            Enter();
            ticks++;
            loop.CallLater(TimeSpan.FromMilliseconds(1), Tick);
            Leave();
        }
        loop.CallLater(TimeSpan.FromMilliseconds(1), Tick);
        loop.Attach();
        var signaller = OtherThread.Start(() =>
        {
            for (int i = 0; i < 20_000; i++)
                files[i % files.Count].Signal();
        });
        PostFromThreads(loop);
        signaller.Join();
        Until(() => Volatile.Read(ref ticks) > 2, "three timeouts");
        Await(loop.InvokeAsync(loop.Stop), "the last callback");
        Until(() => !loop.IsRunning, "the loop has stopped");
        ShouldHaveRun();
    }

    [Fact]
    public void A_turn_is_the_loop_s_thread_wherever_it_runs_and_nothing_else_is()
    {
        var loop = NewLoop(new PoolHost());
        loop.Attach();
        for (int i = 0; i < 100; i++)
        {
            InLoop(loop, () =>
            {
                loop.IsOnLoopThread.ShouldBeTrue();
                loop.RemoveTimeout(loop.CallLater(TimeSpan.FromHours(1), () => { }));
            });
            loop.IsOnLoopThread.ShouldBeFalse();
            Should.Throw<InvalidOperationException>(() => loop.CallLater(TimeSpan.Zero, () => { })).Message.ShouldContain("AddCallback");
        }
    }

    private void PostFromThreads(HostedIOLoop loop)
    {
        var threads = Enumerable.Range(0, Threads).Select(thread => OtherThread.Start(() =>
        {
            for (int i = 0; i < Each; i++)
                loop.AddCallback(Count, (thread, i));
        })).ToList();
        threads.ForEach(thread => thread.Join());
        Await(loop.InvokeAsync(() => { }), "the last callback");
    }

    private void Count((int Thread, int Number) item)
    {
        Enter();
        if (_next[item.Thread]++ != item.Number)
            _outOfOrder++;
        Leave();
    }

    private void Enter()
    {
        if (Interlocked.Exchange(ref _inside, 1) != 0)
            Interlocked.Increment(ref _overlaps);
    }

    private void Leave() => Volatile.Write(ref _inside, 0);

    private void ShouldHaveRun()
    {
        _next.ShouldAllBe(count => count == Each);
        _outOfOrder.ShouldBe(0);
        _overlaps.ShouldBe(0);
    }
}
