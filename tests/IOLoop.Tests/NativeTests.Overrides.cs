using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Tests;

public abstract partial class NativeTests
{
    [Fact]
    public void The_poller_asked_for_is_the_poller_used()
    {
        Loop.Poller.ShouldBe(Fixture.Options().Poller);
        using var byDefault = new PollIOLoop();
        byDefault.Poller.ShouldBe(OperatingSystem.IsWindows() ? PollerKind.Afd : PollerKind.Epoll);
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        Should.Throw<ArgumentNullException>(() => new PollIOLoop(null!));
        Should.Throw<ArgumentOutOfRangeException>(() => NewLoop(options => options.MaxEventsPerTurn = 0));
        Should.Throw<ArgumentOutOfRangeException>(() => NewLoop(options => options.MaxEventsPerTurn = -1));
        Should.Throw<PlatformNotSupportedException>(() => NewLoop(options => options.Poller = PollerKind.Kqueue));
    }

    [Fact]
    public void A_loop_is_called_by_its_name()
    {
        NewLoop(options => options.Name = "worker").ToString().ShouldContain("worker");
        Loop.Name.ShouldBe("worker");
    }

    // Row: Failing handler or callback
    [Fact]
    public void An_overridden_hook_gets_every_failure_and_may_throw()
    {
        Failures.Expected = true;
        var loop = Watched(new NativeHookedLoop(Fixture.Options(new IOLoopOptions { LoggerFactory = Log })));
        UseLoop(loop);
        Action callback = () => throw new TestException();
        loop.AddCallback(callback);
        loop.CallAt(loop.Time, callback);
        loop.AddHandler(NewEventFd(signalled: true).Number, (IOHandler)((_, _) => throw new TestException()), IOEvents.Read);
        RunTurns(1);
        loop.Failures.Count.ShouldBe(3);
        loop.Failures.ShouldAllBe(exception => exception is TestException);
        Log.Entries.Count(entry => entry.Exception is InvalidTimeZoneException).ShouldBe(3);
    }

    [Fact]
    public void A_loop_s_author_may_run_callbacks_as_the_loop_does()
    {
        Failures.Expected = true;
        var loop = Watched(new NativeHookedLoop(Fixture.Options(new IOLoopOptions { LoggerFactory = Log })));
        loop.RunHere((Func<Task>)(static () => throw new TestException()));
        loop.RunHere((Action)(static () => throw new TestException()));
        loop.Failures.Count.ShouldBe(2);
        int ran = 0;
        loop.RunHere((Action)(() => ran++));
        ran.ShouldBe(1);
        Should.Throw<ArgumentException>(() => loop.RunHere((Func<int>)(() => 1)));
    }

    [Fact]
    public void Objects_of_one_s_own_are_split_and_closed_by_overrides()
    {
        var loop = Watched(new NativeMappingLoop(Fixture.Options(new IOLoopOptions { LoggerFactory = Log })));
        UseLoop(loop);
        var counter = NewEventFd(signalled: true);
        loop.Map(-7, counter.Number, "mapped");
        var seen = new List<FileDescriptor>();
        loop.AddHandler(-7, (fd, _) => seen.Add(fd), IOEvents.Read);
        Should.Throw<InvalidOperationException>(() => loop.AddHandler(-7, (_, _) => { }, IOEvents.Read));
        RunTurns(1);
        seen.ShouldHaveSingleItem().Number.ShouldBe(counter.Number);
        seen[0].Object.ShouldBe("mapped");
        loop.UpdateHandler(-7, IOEvents.None);
        RunTurns(1);
        seen.Count.ShouldBe(1);
        loop.Close(allFds: true);
        loop.Closed.ShouldBe(["mapped"]);
    }

    [Fact]
    public void A_descriptor_that_cannot_be_closed_keeps_no_other_from_it()
    {
        var loop = Watched(new NativeMappingLoop(Fixture.Options(new IOLoopOptions { LoggerFactory = Log })));
        UseLoop(loop);
        var files = Enumerable.Range(0, 3).Select(_ => new CountingFile(NewPipe().ReadEnd)).ToArray();
        foreach (var file in files)
        {
            file.OnClose = static () => throw new TestException();
            loop.AddHandler(FileDescriptor.From(file), (_, _) => { }, IOEvents.Read);
        }
        loop.Close(allFds: true);
        files.ShouldAllBe(file => file.Closed == 1);
        loop.IsClosed.ShouldBeTrue();
    }

    // Row: Constructing (Start saves and restores)
    [Fact]
    public void A_loop_may_run_inside_a_callback_of_another()
    {
        var inner = NewLoop(static _ => { });
        var outer = NewLoop(static _ => { });
        int result = 0;
        outer.AddCallback(() =>
        {
            var context = SynchronizationContext.Current;
            result = inner.RunSync(async () =>
            {
                await Task.Yield();
                IOLoop.Current.ShouldBeSameAs(inner);
                inner.IsOnLoopThread.ShouldBeTrue();
                return 42;
            });
            IOLoop.Current.ShouldBeSameAs(outer);
            SynchronizationContext.Current.ShouldBeSameAs(context);
            outer.IsOnLoopThread.ShouldBeTrue();
        });
        RunTurns(2);
        result.ShouldBe(42);
    }

    [Fact]
    public void RunAsync_calls_an_overridden_Start_which_prepares_the_thread()
    {
        var loop = Watched(new NativePreparingLoop(Fixture.Options(new IOLoopOptions { LoggerFactory = Log })));
        int preparedBy = 0;
        loop.AddCallback(() =>
        {
            preparedBy = loop.PreparedThread == Environment.CurrentManagedThreadId ? loop.PreparedThread : -1;
            loop.Stop();
        });
        using var source = new CancellationTokenSource();
        Bounded.Await(loop.RunAsync(source.Token), "the end of the run");
        preparedBy.ShouldBeGreaterThan(0);

        loop.Prepare = source.Cancel; // before the run has begun
        Bounded.Await(loop.RunAsync(source.Token), "the end of a run that was cancelled while Start prepared");
        loop.IsRunning.ShouldBeFalse();
    }

    // Row: Invalid fd
    [Fact]
    public void A_poller_cannot_watch_itself()
    {
        SkipUnless(Loop.Poller == PollerKind.Epoll, "its poller has no descriptor");
        int own = Loop.BackendDescriptor;
        Should.Throw<IOException>(() => Loop.AddHandler(own, (_, _) => { }, IOEvents.Read)).Message.ShouldContain($"{own}");
        Should.Throw<InvalidOperationException>(() => Loop.UpdateHandler(own, IOEvents.Read));
        RunTurns(1);
    }
}
