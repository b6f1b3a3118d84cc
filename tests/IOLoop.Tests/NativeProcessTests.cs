using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Tests;

/// <summary>What native loops do to the process that they run in.</summary>
[Collection(NativeProcess.Name)]
public abstract partial class NativeProcessTests(NativeFixture fixture) : LoopHarness(fixture)
{
    private const int CloseOnExecFlag = 0x80000;
    private const int Looks = 10;
    private const int MostDisturbed = 2;

    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    // Row: Internal descriptors
    [Fact]
    public void A_loop_s_descriptors_are_closed_on_exec_and_with_the_loop()
    {
        Touch();
        OpenAndClose(); // what it loads may open files
        OpenAndClose().ShouldBeEmpty();
    }

    /// <returns>What is left open.</returns>
    private int[] OpenAndClose()
    {
        var before = OpenDescriptors();
        var loop = NewLoop();
        UseLoop(loop);
        loop.CallLater(Moment, loop.Stop);
        loop.AddHandler(NewPipe().ReadEnd, (_, _) => { }, IOEvents.Read);
        Run("a timeout");
        var pipes = OpenDescriptors().Except(before).Where(fd => fd >= 2000).ToArray();
        var own = OpenDescriptors().Except(before).Except(pipes).ToArray();
        own.ShouldNotBeEmpty();
        own.ShouldAllBe(fd => (Flags(fd) & CloseOnExecFlag) != 0);
        loop.Close();
        return [.. OpenDescriptors().Except(pipes).Except(before)];
    }

    [Fact]
    public void A_rebuilt_poller_is_closed_on_exec_and_leaves_nothing_behind()
    {
        Touch();
        var before = OpenDescriptors();
        var pipe = NewPipe();
        using var ghost = new DescriptorHandle(Descriptors.Duplicate(pipe.ReadEnd));
        var loop = NewLoop();
        UseLoop(loop);
        RunTurns(1);
        int own = OpenDescriptors().Length;
        loop.AddHandler(pipe.ReadEnd, (_, _) => { }, IOEvents.Read);
        pipe.CloseRead();
        loop.RemoveHandler(pipe.ReadEnd);
        pipe.Send();
        RunTurns(5);
        OpenDescriptors().Length.ShouldBe(own - 1);
        OpenDescriptors().Except(before).ShouldAllBe(fd => (Flags(fd) & CloseOnExecFlag) != 0);
    }

    // Row: Idle
    [Fact]
    public void An_idle_loop_does_not_wake_up()
    {
        Loop.AddHandler(NewPipe().ReadEnd, (_, _) => { }, IOEvents.Read);
        Loop.AddHandler(Own(new DescriptorHandle(Descriptors.Open("/dev/null"))).Number, (_, _) => { }, IOEvents.None);
        Loop.CallLater(Hour, () => { });
        Sleeps();
    }

    // Row: Idle
    [Fact]
    public void While_a_loop_with_a_blocking_threshold_is_idle_the_watchdog_does_not_wake_up()
    {
        Loop.SetBlockingSignalThreshold(TimeSpan.FromMilliseconds(2), _ => { });
        Sleeps(() =>
        {
            int[] watchdogs = [];
            Bounded.Until(() => (watchdogs = ThreadsNamed("IOLoop watchdog")).Length == 1, "there is one watchdog"); // one may just end
            return watchdogs[0];
        });
    }

    // Row: Close while registered
    [Fact]
    public void A_loop_with_a_closed_descriptor_does_not_spin()
    {
        var pipe = NewPipe();
        pipe.Send();
        Loop.AddHandler(pipe.ReadEnd, (_, _) => { }, IOEvents.Read);
        RunTurns(1);
        pipe.CloseRead();
        Sleeps();
    }

    [Fact]
    public void A_loop_with_a_disposed_handle_does_not_spin()
    {
        var pipe = NewPipe();
        var handle = new DescriptorHandle(pipe.ReadEnd);
        pipe.Send();
        Loop.AddHandler(handle, (_, _) => { }, IOEvents.Read);
        handle.Dispose();
        Sleeps();
    }

    // Row: A dup keeps a closed fd's description alive
    [Fact]
    public void A_loop_that_met_a_ghost_does_not_spin()
    {
        var pipe = NewPipe();
        using var ghost = new DescriptorHandle(Descriptors.Duplicate(pipe.ReadEnd));
        Loop.AddHandler(pipe.ReadEnd, (_, _) => { }, IOEvents.Read);
        pipe.CloseRead();
        Loop.RemoveHandler(pipe.ReadEnd);
        pipe.Send();
        Sleeps();
    }

    [Fact]
    public void A_descriptor_at_rest_does_not_make_the_loop_spin()
    {
        var gate = new TaskCompletionSource();
        Loop.AddHandler(NewEventFd(signalled: true).Number, async (_, _) => await gate.Task, IOEvents.Read);
        Sleeps();
    }

    // Row: Idle (N posts before a wake cost one wake)
    [Fact]
    public void Many_posts_before_a_wake_cost_one_wake()
    {
        long writes = 0;
        int ran = 0;
        using var asleep = new ManualResetEventSlim();
        using var leave = new ManualResetEventSlim();
        var poster = OtherThread.Start(() =>
        {
            Loop.AddCallback(() =>
            {
                asleep.Set();
                leave.Wait(Patience).ShouldBeTrue();
            });
            asleep.Wait(Patience).ShouldBeTrue();
            long before = Counter($"/proc/self/task/{gettid()}/io", "syscw:");
            for (int i = 0; i < 1000; i++)
                Loop.AddCallback(() => ran++);
            writes = Counter($"/proc/self/task/{gettid()}/io", "syscw:") - before;
            Loop.AddCallback(Loop.Stop);
            leave.Set();
        });
        Run("a thousand posts");
        poster.Join();
        ran.ShouldBe(1000);
        writes.ShouldBeLessThanOrEqualTo(1);
    }

    // Row: EINTR
    [Fact]
    public void Signals_are_never_seen_and_the_remaining_time_is_waited()
    {
        const int Attempts = 20;
        var wait = Moment * 20;
        int calls = 0;
        Loop.AddHandler(NewPipe().ReadEnd, (_, _) => calls++, IOEvents.Read);
        // Were the whole time waited again, the timeout would come that long after the last signal. That a busy machine sends no
        // signals for half of it, or is late by so much, does not happen each time.
        int attempt = 0;
        while (LastsAfterLastSignal(wait) >= wait / 2)
            (++attempt).ShouldBeLessThan(Attempts, "each timeout came long after the last signal");
        calls.ShouldBe(0);
    }

    /// <summary>Runs the loop until a timeout while signals keep coming.</summary>
    /// <returns>How long after the last signal before the deadline it came.</returns>
    private TimeSpan LastsAfterLastSignal(TimeSpan wait)
    {
        using var signals = new ThreadSignals(gettid(), wait * 5);
        long began = Stopwatch.GetTimestamp();
        var deadline = Loop.Time + wait;
        Loop.CallAt(deadline, () =>
        {
            Loop.Time.ShouldBeGreaterThanOrEqualTo(deadline);
            Loop.Stop();
        });
        Run("a timeout while signals keep coming");
        long ended = Stopwatch.GetTimestamp();
        return Stopwatch.GetElapsedTime(signals.LastBefore(began + (long)(wait.TotalSeconds * Stopwatch.Frequency)), ended);
    }

    /// <summary>Runs the loop elsewhere, lets it settle, and looks at what its thread does while nothing happens.</summary>
    /// <param name="whose">Which thread must sleep while the loop is idle; null: the loop's.</param>
    private void Sleeps(Func<int>? whose = null)
    {
        int thread = 0;
        using var running = new ManualResetEventSlim();
        var loop = Loop;
        loop.AddCallback(() => AfterTurns(20, () =>
        {
            thread = gettid();
            running.Set();
        }));
        var other = OtherThread.Start(loop.Start);
        running.Wait(Patience).ShouldBeTrue();
        thread = whose?.Invoke() ?? thread;
        int quiet = 0;
        // What happens once (better code put in place, a spurious wake) disturbs a few looks; a spin, and a timer, most of them.
        for (int series = 0; series < 3 && quiet < Looks - MostDisturbed; series++)
            quiet = Enumerable.Range(0, Looks).Count(_ => IsQuiet(thread));
        loop.Stop();
        other.Join();
        quiet.ShouldBeGreaterThanOrEqualTo(Looks - MostDisturbed, $"looks of {Looks} in which nothing happened");
    }

    /// <summary>
    /// Whether a thread does nothing for a while: it neither runs, nor goes to sleep again, nor waits for a processor, as one does
    /// that spins on a busy machine.
    /// </summary>
    private static bool IsQuiet(int thread)
    {
        var before = (Switches(thread), ProcessorTime(thread));
        // Nobody sets it: a bounded look at a thread that should do nothing.
        new ManualResetEventSlim().Wait(TimeSpan.FromMilliseconds(20)).ShouldBeFalse();
        return State(thread) == 'S' && (Switches(thread), ProcessorTime(thread)) == before;
    }

    /// <summary>Has the runtime open what it keeps open.</summary>
    private void Touch()
    {
        // What earlier tests have left to the collector must not be closed in between.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        using var loop = NewLoop();
        loop.AddCallback(loop.Stop);
        Run(loop, "a first run");
        loop.Close();
        _ = OpenDescriptors();
        _ = OpenDescriptors().Select(Flags).ToArray();
        OtherThread.Run(() => { });
    }

    /// <summary>
    /// What is open in several looks, one after the other: the runtime opens files for a moment, such as those that tell the collector how much
    /// memory there is. Without the assemblies that it has loaded, which it keeps open.
    /// </summary>
    private static int[] OpenDescriptors()
    {
        var open = Look();
        for (int look = 1; look < 5; look++)
            open = open.Intersect(Look());
        return [.. open.Order()];

        static IEnumerable<int> Look()
        {
            // The descriptor that the listing itself uses is gone when it is looked at.
            var numbers = Directory.GetFiles("/proc/self/fd").Select(path => int.Parse(Path.GetFileName(path), CultureInfo.InvariantCulture));
            return numbers.Where(fd => Descriptors.IsOpen(fd) && !IsAssembly(fd)).ToList();
        }
    }

    private static bool IsAssembly(int fd) => new FileInfo($"/proc/self/fd/{fd}").LinkTarget?.EndsWith(".dll", StringComparison.Ordinal) == true;

    private static int Flags(int fd)
    {
        try
        {
            var lines = File.ReadLines($"/proc/self/fdinfo/{fd}");
            return Convert.ToInt32(lines.First(line => line.StartsWith("flags:", StringComparison.Ordinal))[6..].Trim(), 8);
        }
        catch (FileNotFoundException)
        {
            return CloseOnExecFlag; // one of the runtime's, closed since it was listed
        }
    }

    private static long Switches(int thread) => Counter($"/proc/self/task/{thread}/status", "voluntary_ctxt_switches:");

    private static char State(int thread)
    {
        string stat = File.ReadAllText($"/proc/self/task/{thread}/stat");
        return stat[stat.LastIndexOf(')') + 2];
    }

    private static int[] ThreadsNamed(string name) =>
        [.. Directory.GetDirectories("/proc/self/task")
            .Where(task => File.Exists($"{task}/comm") && File.ReadAllText($"{task}/comm").TrimEnd() == name)
            .Select(task => int.Parse(Path.GetFileName(task), CultureInfo.InvariantCulture))];

    private static long ProcessorTime(int thread) =>
        long.Parse(File.ReadAllText($"/proc/self/task/{thread}/schedstat").Split(' ')[0], CultureInfo.InvariantCulture);

    private static long Counter(string path, string name) =>
        long.Parse(File.ReadLines(path).First(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..], CultureInfo.InvariantCulture);

    [LibraryImport("libc")]
    private static partial int gettid();
}
