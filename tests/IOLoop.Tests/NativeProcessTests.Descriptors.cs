using IOLoops.Conformance;
using IOLoops.Interop;
using IOLoops.Tests.Hosting;
using Shouldly;
using Xunit;

namespace IOLoops.Tests;

/// <summary>Descriptors that loops make for themselves, when something fails. They are closed at once, not by a finalizer.</summary>
public abstract partial class NativeProcessTests
{
    private const int Times = 5; // a collection that comes in between closes few of what they leave behind

    // Row: Limits
    [Fact]
    public void A_loop_that_its_options_refuse_leaves_no_descriptors_behind()
    {
        var native = (NativeFixture)Fixture;
        var kind = ((PollIOLoop)Loop).Poller;
        LeavesNothingBehind(() => Should.Throw<ArgumentOutOfRangeException>(() => NativeFixture.Make(
            native.Options(new IOLoopOptions { MaxEventsPerTurn = 0 }))));
        LeavesNothingBehind(() => Should.Throw<TestException>(() =>
        {
            var options = native.Options();
            options.TimeProvider = new RefusingClock();
            NativeFixture.Make(options);
        }));
        LeavesNothingBehind(() => Should.Throw<ArgumentOutOfRangeException>(() => new HostedIOLoop(
            new PoolHost(), new HostedIOLoopOptions { Poller = kind, MaxEventsPerTurn = 0 })));
    }

    [Fact]
    public void The_backend_s_descriptor_is_closed_with_its_loop()
    {
        SkipUnless(((PollIOLoop)Loop).Poller != PollerKind.Poll, "poll(2) has no descriptor that could be watched");
        LeavesNothingBehind(() =>
        {
            using var loop = (PollIOLoop)Fixture.Create();
            int backend = loop.BackendDescriptor;
            loop.BackendDescriptor.ShouldBe(backend);
            loop.Close();
            Descriptors.IsOpen(backend).ShouldBeFalse();
        });
    }

    [Fact]
    public void A_backend_s_descriptor_that_the_kernel_refuses_is_closed_at_once()
    {
        SkipUnless(((PollIOLoop)Loop).Poller == PollerKind.Epoll, "only epoll sets may be nested too deeply");
        using var loop = (PollIOLoop)Fixture.Create();
        int deepest = NestSets(loop);
        LeavesNothingBehind(() => Should.Throw<IOException>(() => loop.BackendDescriptor).Message.ShouldContain("epoll_ctl(ADD)"));
        loop.RemoveHandler(deepest);
        Descriptors.IsOpen(loop.BackendDescriptor).ShouldBeTrue();
    }

    /// <summary>Has a loop watch a set that watches a set, and so on, as deeply as the kernel allows.</summary>
    private int NestSets(PollIOLoop loop)
    {
        int set = NewSet();
        for (int depth = 0; depth < 10; depth++)
        {
            int outer = NewSet();
            using var probe = new PollIOLoop(new PollIOLoopOptions { Poller = PollerKind.Epoll });
            Watch(outer, set);
            if (Record.Exception(() => probe.AddHandler(outer, (_, _) => { }, IOEvents.Read)) is not null)
                break;
            set = outer;
        }
        loop.AddHandler(set, (_, _) => { }, IOEvents.Read);
        return set;
    }

    private int NewSet() => Own(new DescriptorHandle(Errno.Check(Libc.epoll_create1(Libc.CloseOnExec), "epoll_create1"))).Number;

    private static unsafe void Watch(int set, int member)
    {
        byte* change = stackalloc byte[EpollEvent.MaxSize];
        EpollEvent.Write(change, IOEvents.Read, 0);
        Errno.Check(Libc.epoll_ctl(set, Libc.EpollAdd, member, change), "epoll_ctl");
    }

    /// <summary>Does something a few times and compares which descriptors are open, without a collection in between.</summary>
    private void LeavesNothingBehind(Action act)
    {
        Touch();
        act(); // what it loads may open files
        var before = OpenDescriptors();
        for (int i = 0; i < Times; i++)
            act();
        OpenDescriptors().ShouldBe(before, ignoreOrder: true);
    }

    private sealed class RefusingClock : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => throw new TestException("no timers");
    }
}
