using System.Diagnostics;
using Shouldly;

namespace IOLoops.Conformance;

/// <summary>Waits for what must happen, for a bounded time, and reports what did not happen.</summary>
public static class Bounded
{
    /// <summary>How long anything may take before it counts as stuck.</summary>
    public static TimeSpan Patience => TimeSpan.FromSeconds(10);

    /// <summary>
    /// The rounds of a stress test: fewer than asked for, but not very few, where each takes long, as on a busy machine. What they look
    /// for is found in some of them, on some machine.
    /// </summary>
    public static IEnumerable<int> Rounds(int most)
    {
        const int Fewest = 20;
        var enough = TimeSpan.FromSeconds(4);
        long began = Stopwatch.GetTimestamp();
        for (int round = 0; round < most && (round < Fewest || Stopwatch.GetElapsedTime(began) < enough); round++)
            yield return round;
    }

    /// <summary>Waits until a task has ended, however it ends.</summary>
    public static void Await(Task task, string what) =>
        Task.WaitAny([task], Patience).ShouldBe(0, $"did not happen: {what}");

    /// <summary>Waits until an event is set.</summary>
    public static void Await(ManualResetEventSlim happened, string what)
    {
        ArgumentNullException.ThrowIfNull(happened);
        happened.Wait(Patience).ShouldBeTrue($"did not happen: {what}");
    }

    /// <summary>Waits for what no event tells.</summary>
    public static void Until(Func<bool> condition, string what) =>
        SpinWait.SpinUntil(condition, Patience).ShouldBeTrue($"not so: {what}");
}
