using Soak.Checking;
using Soak.Workloads;

namespace Soak.Resources;

/// <summary>What is left when all loops are closed, and whether memory grows from round to round.</summary>
internal sealed class ResourceCheck(Findings findings)
{
    private readonly Growth _managed = new(Violation.Managed, "managed memory", slack: 2 << 20);
    private readonly Growth _private = new(Violation.Private, "private memory", slack: 16 << 20);
    private List<string> _descriptors = [];
    private List<string> _threads = [];

    /// <summary>How often nothing but the baseline had to be left.</summary>
    internal int Closings { get; private set; }

    /// <summary>Samples of memory that could be compared.</summary>
    internal bool HasJudgedMemory => _managed.CanJudge;

    internal string Memory => $"{_managed}; {_private}";

    /// <summary>What the process has before any round that counts.</summary>
    internal void TakeBaseline()
    {
        _descriptors = ProcessState.Descriptors();
        _threads = ProcessState.Threads();
    }

    internal void SampleMemory()
    {
        for (int i = 0; i < 2; i++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }
        Libc.TrimHeap();
        // What the last of them found alive. GetTotalMemory counts what is free in the heap as well, and subtracts more than there is:
        // it was seen below zero.
        _managed.Add(GC.GetGCMemoryInfo(GCKind.FullBlocking).PromotedBytes, findings);
        _private.Add(ProcessState.PrivateMemory(), findings);
    }

    /// <summary>All loops are closed: nothing of them may be left.</summary>
    internal void CheckClosed()
    {
        Closings++;
        CheckLeft(Violation.Descriptors, ProcessState.Descriptors, _descriptors);
        CheckLeft(Violation.Threads, ProcessState.Threads, _threads);
        CheckLeft(Violation.Children, ProcessState.Children, []);
        CheckLeft(Violation.Handles, static () => [.. Enumerable.Repeat("handle", ChannelHandle.Open)], []);
    }

    private void CheckLeft(Violation violation, Func<List<string>> now, List<string> before)
    {
        var left = new List<string>();
        // Threads end a little after what waits for them.
        if (SpinWait.SpinUntil(() => (left = Beyond(now(), before)).Count == 0, Patience.Bound / 6))
            return;
        var kinds = left.GroupBy(static one => one).Select(static group => $"{group.Count()} × {group.Key}");
        findings.Report(Findings.Process, violation, $"left when all loops were closed: {string.Join(", ", kinds)}");
        before.AddRange(left); // each is reported once
    }

    private static List<string> Beyond(List<string> now, List<string> before)
    {
        foreach (string one in before)
            now.Remove(one);
        return now;
    }
}
