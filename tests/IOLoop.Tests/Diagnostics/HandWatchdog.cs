using IOLoops.Diagnostics;
using Microsoft.Extensions.Time.Testing;

namespace IOLoops.Tests.Diagnostics;

/// <summary>A watchdog without a thread: a test moves its clock and has it look.</summary>
internal sealed class HandWatchdog(FakeTimeProvider clock) : StallWatchdog(clock)
{
    internal static readonly TimeSpan Step = TimeSpan.FromMilliseconds(10);

    internal HandWatchdog()
        : this(new FakeTimeProvider())
    {
    }

    internal FakeTimeProvider Clock { get; } = clock;

    /// <summary>What would have ended the process.</summary>
    internal List<BlockedLoop> Fatal { get; } = [];

    internal override void Run(Action report) => report();

    internal override void EndProcess(BlockedLoop blocked) => Fatal.Add(blocked);

    internal override void StartThread()
    {
    }

    /// <summary>Looks, lets time go by in steps, and looks after each.</summary>
    internal void Pass(TimeSpan time)
    {
        TryLook();
        for (var passed = TimeSpan.Zero; passed < time; passed += Step)
        {
            Clock.Advance(Step);
            TryLook();
        }
    }
}
