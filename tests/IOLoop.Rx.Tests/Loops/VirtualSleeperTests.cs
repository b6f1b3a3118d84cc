using System.Reactive.Concurrency;
using IOLoops.Rx.Tests.Stress;
using Shouldly;
using Xunit;

namespace IOLoops.Rx.Tests.Loops;

/// <summary>No other thread takes part in virtual time. By itself, for it counts the threads of the process.</summary>
[Collection(nameof(Alone))]
public sealed class VirtualSleeperTests : RxHarness
{
    [Fact]
    public void Descriptors_are_watched_in_virtual_time_without_a_sleeper()
    {
        SpinWait.SpinUntil(() => Sleepers() == 0, TimeSpan.FromSeconds(2)); // of tests that are over
        int before = Sleepers();
        var scheduler = new HistoricalScheduler();
        var loop = NewLoop(scheduler);
        var pipe = NewPipe();
        int read = 0;
        loop.AddHandler(pipe.ReadEnd, (_, _) => read += pipe.Drain(), IOEvents.Read);
        loop.Attach();
        for (int i = 1; i <= 20; i++)
        {
            pipe.Send();
            scheduler.AdvanceBy(TimeSpan.FromMilliseconds(2));
            read.ShouldBe(i);
            Sleepers().ShouldBe(before);
        }
    }

    private static int Sleepers() => Directory.EnumerateDirectories("/proc/self/task").Count(task => Comm(task) == "IOLoop sleeper");

    private static string Comm(string task)
    {
        try
        {
            return File.ReadAllText(Path.Combine(task, "comm")).Trim();
        }
        catch (IOException)
        {
            return ""; // the thread has ended
        }
    }
}
