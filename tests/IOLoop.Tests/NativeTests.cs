using System.Diagnostics;
using IOLoops.Conformance;
using Shouldly;

namespace IOLoops.Tests;

/// <summary>What native loops do beyond the contract of all loops.</summary>
public abstract partial class NativeTests(NativeFixture fixture) : LoopHarness(fixture)
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private new NativeFixture Fixture => (NativeFixture)base.Fixture;

    private new PollIOLoop Loop => (PollIOLoop)base.Loop;

    private PollIOLoop NewLoop(Action<PollIOLoopOptions> configure)
    {
        var options = Fixture.Options(new IOLoopOptions { LoggerFactory = Log });
        configure(options);
        var loop = Watched(NativeFixture.Make(options));
        UseLoop(loop);
        return loop;
    }

    /// <summary>Starts the loop on a thread of its own and waits until it runs.</summary>
    private OtherThread StartElsewhere(Action? onLoop = null)
    {
        using var running = new ManualResetEventSlim();
        var loop = Loop;
        loop.AddCallback(() =>
        {
            onLoop?.Invoke();
            running.Set();
        });
        var other = OtherThread.Start(loop.Start);
        running.Wait(Patience).ShouldBeTrue();
        return other;
    }

    private void StopElsewhere(OtherThread other)
    {
        Loop.Stop();
        other.Join();
        Failures.All.ShouldBeEmpty();
    }

    /// <summary>Waits until the loop, which runs elsewhere, has run a callback.</summary>
    private void RoundTrip()
    {
        using var ran = new ManualResetEventSlim();
        Loop.AddCallback(ran.Set);
        ran.Wait(Patience).ShouldBeTrue();
    }

    /// <summary>Waits for something that happens by itself, looking again and again.</summary>
    private static void Await(Func<bool> condition, string what)
    {
        long from = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Stopwatch.GetElapsedTime(from).ShouldBeLessThan(Patience, what);
            Thread.Yield();
        }
    }
}
