using System.Diagnostics;

namespace Soak.Checking;

/// <summary>How long something may take: generous, since other programs may keep the machine busy.</summary>
internal readonly struct Patience()
{
    private readonly long _began = Stopwatch.GetTimestamp();

    internal static TimeSpan Bound { get; set; } = TimeSpan.FromSeconds(60);

    private TimeSpan Left
    {
        get
        {
            var left = Bound - Stopwatch.GetElapsedTime(_began);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    internal bool IsOver => Left == TimeSpan.Zero;

    internal bool Wait(ManualResetEventSlim happened) => happened.Wait(Left);

    internal bool Wait(Task task) => Task.WaitAny([task], Left) == 0;
}
