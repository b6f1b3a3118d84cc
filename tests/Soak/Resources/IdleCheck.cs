using Soak.Checking;

namespace Soak.Resources;

/// <summary>Loops with nothing to do must not wake up.</summary>
internal static class IdleCheck
{
    private const int MostWindows = 10; // work that has just ended may still be seen in the first ones
    private static readonly TimeSpan Window = TimeSpan.FromMilliseconds(300);

    /// <summary>Whether there was a thread to look at.</summary>
    internal static bool Run(Findings findings)
    {
        var awake = new List<string>();
        for (int i = 0; i < MostWindows; i++)
        {
            var before = ProcessState.Sleeps();
            Thread.Sleep(Window);
            var after = ProcessState.Sleeps();
            awake = [.. from thread in after where thread.Value != before.GetValueOrDefault(thread.Key) select $"{thread.Key} {thread.Value - before.GetValueOrDefault(thread.Key)} times"];
            if (awake.Count == 0)
                return after.Count > 0;
        }
        findings.Report(Findings.Process, Violation.Awake, $"while nothing was to be done, these threads woke up in each of {MostWindows} times {Window.TotalMilliseconds} ms: {string.Join(", ", awake)}");
        return true;
    }
}
