using System.Diagnostics;
using System.Runtime.Versioning;
using IOLoops.Conformance;
using IOLoops.Polling;
using IOLoops.Tests.Stress;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Hosting;

/// <summary>How hosted loops sleep on Windows. By themselves, for they look at the whole process.</summary>
[Collection(nameof(Alone))]
[SupportedOSPlatform("windows")]
public sealed class AfdSleeperTests : HostingHarness
{
    public AfdSleeperTests() : base(PollerKind.Afd) => Assert.SkipUnless(OperatingSystem.IsWindows(), "only Windows has the AFD driver");

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Loops_that_sleep_need_no_thread_each(bool sharesPort)
    {
        const int Loops = 60;
        var host = NewHost();
        int called = 0;
        Attach(host, sharesPort, NewPipe(), _ => { });
        int before = Threads();
        var pipes = Enumerable.Range(0, Loops).Select(_ => NewPipe()).ToList();
        foreach (var pipe in pipes)
            Attach(host, sharesPort, pipe, _ => called++);
        Settle(host);
        (Threads() - before).ShouldBeLessThan(Loops / 3);
        pipes.ForEach(pipe => pipe.Send());
        Until(() => OnHost(host, () => called) == Loops, "every loop was woken");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_loop_that_sleeps_is_woken_by_each_message(bool sharesPort)
    {
        var host = NewHost();
        var pipe = NewPipe();
        using var called = new SemaphoreSlim(0);
        Attach(host, sharesPort, pipe, _ => called.Release());
        for (int message = 0; message < 300; message++)
        {
            if (message % 3 == 0)
                Settle(host);
            pipe.Send();
            called.Wait(Patience, TestContext.Current.CancellationToken).ShouldBeTrue($"message {message}");
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_is_registered_or_changed_while_the_loop_sleeps_wakes_it(bool sharesPort)
    {
        var host = NewHost();
        using var called = new SemaphoreSlim(0);
        var loop = Attach(host, sharesPort, NewPipe(), _ => { });
        var pipe = NewPipe();
        pipe.Send();
        for (int round = 0; round < 50; round++)
        {
            Settle(host);
            OnHost(host, () => loop.AddHandler(pipe.ReadEnd, (_, _) => called.Release(), IOEvents.Priority));
            Settle(host);
            OnHost(host, () => loop.UpdateHandler(pipe.ReadEnd, IOEvents.Read));
            called.Wait(Patience, TestContext.Current.CancellationToken).ShouldBeTrue($"round {round}");
            OnHost(host, () => loop.RemoveHandler(pipe.ReadEnd));
            while (called.Wait(0, TestContext.Current.CancellationToken))
            {
            }
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_loop_that_has_run_and_stopped_runs_again(bool sharesPort)
    {
        var host = NewHost();
        var pipe = NewPipe();
        using var called = new SemaphoreSlim(0);
        var loop = Attach(host, sharesPort, pipe, _ => called.Release());
        for (int run = 0; run < 20; run++)
        {
            Settle(host);
            loop.Stop();
            Await(loop.Completion, "the end of a run");
            loop.Attach();
            pipe.Send();
            called.Wait(Patience, TestContext.Current.CancellationToken).ShouldBeTrue($"run {run}");
        }
    }

    [Fact]
    public void The_shared_port_is_there_while_a_loop_is()
    {
        SharedPort.Exists.ShouldBeFalse();
        using (var poller = new AfdPoller(new SharedAfdPort()))
        {
            SharedPort.Exists.ShouldBeTrue();
            using (new AfdPoller(new SharedAfdPort()))
                SharedPort.Exists.ShouldBeTrue();
            SharedPort.Exists.ShouldBeTrue();
        }
        SharedPort.Exists.ShouldBeFalse();
    }

    [Fact]
    public void A_port_s_handle_can_be_waited_for_or_the_port_is_shared()
    {
        bool waits = PortWaits.Work;
        if (Wine.IsPresent)
            waits.ShouldBeTrue("Wine's ports can be waited for");
        Attach(NewHost(), null, NewPipe(), _ => { });
        SharedPort.Exists.ShouldBe(!waits);
    }

    /// <summary>A loop that runs in the host, and drains what is sent.</summary>
    /// <param name="host">The host.</param>
    /// <param name="sharesPort">Which way it sleeps; null: as every loop.</param>
    /// <param name="pipe">What it reads from.</param>
    /// <param name="received">Is called with the number of bytes.</param>
    private HostedIOLoop Attach(StrictHost host, bool? sharesPort, Pipe pipe, Action<int> received)
    {
        var options = new HostedIOLoopOptions { LoggerFactory = Log };
        var loop = Watched(sharesPort is { } shares
            ? new HostedIOLoop(host, options, _ => new AfdPoller(shares ? new SharedAfdPort() : new AfdPort()))
            : new HostedIOLoop(host, options));
        loop.AddHandler(pipe.ReadEnd, (_, _) => received(pipe.Drain()), IOEvents.Read);
        loop.Attach();
        Settle(host);
        return loop;
    }

    private static int OnHost(StrictHost host, Func<int> ask)
    {
        int answer = 0;
        OnHost(host, () => { answer = ask(); });
        return answer;
    }

    private static int Threads()
    {
        using var process = Process.GetCurrentProcess();
        return process.Threads.Count;
    }
}
