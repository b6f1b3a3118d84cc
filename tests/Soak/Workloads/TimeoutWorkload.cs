using IOLoops;
using Soak.Checking;
using Soak.Loops;

namespace Soak.Workloads;

/// <summary>Batches of timeouts, of which some are removed before they are due, or when they are due already.</summary>
internal sealed class TimeoutWorkload(Life life, Random random) : Workload(life, random)
{
    private readonly List<Timeout> _batch = [];
    private Timeout? _last;
    private int _left;
    private TaskCompletionSource _done = new();

    internal override Task RunAsync(CancellationToken over) => OnLoop(async () =>
    {
        while (!over.IsCancellationRequested)
        {
            if (!await RunBatch())
                return;
            await PauseOnLoop("code that awaited timeouts");
        }
    });

    private async Task<bool> RunBatch()
    {
        _done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _batch.Clear();
        _last = null;
        _left = Random.Next(1, 40);
        var now = Life.Loop.Time;
        for (int i = 0, count = _left; i < count; i++)
        {
            var timeout = new Timeout(now + TimeSpan.FromMicroseconds(Random.Next(-2000, 15000)), i);
            timeout.Handle = Life.Access.CallAt(timeout.Deadline, () => Run(timeout));
            _batch.Add(timeout);
        }
        while (_left > 0 && Chance(2))
            RemoveOne();
        if (_left == 0)
            return true;
        try
        {
            await _done.Task.WaitAsync(Patience.Bound);
            return true;
        }
        catch (TimeoutException)
        {
            Life.Report(Violation.Late, $"{_left} timeouts have not run within {Patience.Bound.TotalSeconds} s");
            return false;
        }
    }

    private void Run(Timeout timeout)
    {
        using var call = Life.Ledger.Enter("a timeout");
        Life.Tally.Add(Work.Timeouts);
        var now = Life.Loop.Time;
        if (timeout.IsRemoved)
            Life.Report(Violation.Removed, $"a timeout that was removed ran, due at {timeout.Deadline}");
        else if (timeout.HasRun)
            Life.Report(Violation.Twice, $"a timeout ran again, due at {timeout.Deadline}");
        else if (now < timeout.Deadline)
            Life.Report(Violation.Early, $"a timeout ran {(timeout.Deadline - now).TotalMicroseconds} µs before its deadline");
        else if (_last is { } last && (last.Deadline, last.Number).CompareTo((timeout.Deadline, timeout.Number)) > 0)
            Life.Report(Violation.Order, $"a timeout ran after one that was due {(last.Deadline - timeout.Deadline).TotalMicroseconds} µs later");
        if (timeout.IsRemoved || timeout.HasRun)
            return;
        _last = timeout;
        timeout.HasRun = true;
        Count();
        if (_left > 0 && Chance(4))
            RemoveOne();
    }

    private void RemoveOne()
    {
        var timeout = _batch[Random.Next(_batch.Count)];
        Life.Access.RemoveTimeout(timeout.Handle);
        if (timeout.IsRemoved || timeout.HasRun)
            return;
        timeout.IsRemoved = true;
        Count();
    }

    private void Count()
    {
        if (--_left == 0)
            _done.TrySetResult();
    }

    private sealed class Timeout(LoopTime deadline, int number)
    {
        internal LoopTime Deadline { get; } = deadline;

        internal int Number { get; } = number;

        internal TimeoutHandle Handle { get; set; }

        internal bool IsRemoved { get; set; }

        internal bool HasRun { get; set; }
    }
}
