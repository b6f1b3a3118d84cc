using System.Diagnostics;
using IOLoops.Conformance;
using IOLoops.Interop;
using IOLoops.Polling;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Polling;

/// <summary>Waits of every poller while signals keep coming: they neither end early nor begin again with each signal.</summary>
[Collection(NativeProcess.Name)]
public sealed class InterruptedWaitTests
{
    private const int Attempts = 20;

    private static readonly TimeSpan Time = TimeSpan.FromMilliseconds(60);

    private static readonly Dictionary<string, Func<IPoller>> Makers = new()
    {
        ["epoll_pwait2"] = static () => new EpollPoller(new EventFdWaker(), EpollPrecision.Pwait2),
        ["epoll and timerfd"] = static () => new EpollPoller(new EventFdWaker(), EpollPrecision.TimerFd),
        ["epoll_wait"] = static () => new EpollPoller(new EventFdWaker(), EpollPrecision.Millisecond),
        ["poll"] = static () => new PollPoller<UnixPollDescriptor>(static () => new EventFdWaker()),
        ["kqueue made of poll"] = static () => new KqueuePoller(new PollKqueue(), null),
    };

    public static TheoryData<string> Pollers => [.. Makers.Keys];

    // Row: EINTR
    [Theory]
    [MemberData(nameof(Pollers))]
    public void A_wait_lasts_as_long_as_it_should_though_signals_keep_coming(string name)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the signals are sent to one thread, which only Linux lets a test do");
        using var poller = Makers[name]();
        // A wait that begins again ends no earlier than its whole time after the last signal that came within it. One that goes
        // on ends before that, unless the machine was too busy to send signals or to wake this thread.
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            if (EndsWithoutBeginningAgain(poller))
                return;
        }
        Assert.Fail("each wait lasted for its whole time after the last signal");
    }

    // Row: EINTR
    [Theory]
    [MemberData(nameof(Pollers))]
    public void A_wait_without_a_limit_is_not_ended_by_signals(string name)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the signals are sent to one thread, which only Linux lets a test do");
        const int Signals = 50;
        using var poller = Makers[name]();
        bool woken = false;
        using var signals = new ThreadSignals(ThreadSignals.CurrentThread(), Bounded.Patience);
        var other = OtherThread.Start(() =>
        {
            Bounded.Until(() => signals.Count >= Signals, "signals were sent");
            Volatile.Write(ref woken, true);
            poller.Wake();
        });
        poller.Wait(new ReadyEvent[4], -1).ShouldBe(0);
        Volatile.Read(ref woken).ShouldBeTrue("the wait ended before it was woken");
        other.Join();
    }

    private static bool EndsWithoutBeginningAgain(IPoller poller)
    {
        using var signals = new ThreadSignals(ThreadSignals.CurrentThread(), Time * 5);
        long begun = Stopwatch.GetTimestamp();
        poller.Wait(new ReadyEvent[4], Time.Ticks).ShouldBe(0);
        long ended = Stopwatch.GetTimestamp();
        Stopwatch.GetElapsedTime(begun, ended).ShouldBeGreaterThanOrEqualTo(Time);
        long within = begun + (long)(Time.TotalSeconds * Stopwatch.Frequency);
        return Stopwatch.GetElapsedTime(signals.LastBefore(within), ended) < Time;
    }
}
