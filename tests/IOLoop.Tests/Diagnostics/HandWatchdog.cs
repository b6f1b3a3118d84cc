using IOLoops.Conformance;
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
    internal List<string> Fatal { get; } = [];

    /// <summary>Holds back what is to be done about stalls; null: it is done at once.</summary>
    internal Queue<Action>? Late { get; set; }

    internal bool HasNoThread { get; set; }

    internal int ThreadsStarted { get; private set; }

    internal override TimeSpan StackPatience { get; } = TimeSpan.FromMilliseconds(50);

    internal override void Run(Action report)
    {
        if (Late is { } late)
            late.Enqueue(report);
        else
            report();
    }

    internal override void EndProcess(string lastWords) => Fatal.Add(lastWords);

    internal override void StartThread()
    {
        if (HasNoThread)
            throw new TestException();
        ThreadsStarted++;
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
