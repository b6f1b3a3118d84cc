using Soak.Loops;

namespace Soak.Checking;

/// <summary>Numbered posts of one thread, which must run once each and in order.</summary>
internal sealed class Lane(Life life, string name, Work work)
{
    private readonly HashSet<long> _missing = []; // overtaken by later ones; guarded by itself
    private readonly ManualResetEventSlim _moved = new();
    private long _sent; // of the posting thread
    private long _next; // guarded by _missing

    private long Next
    {
        get
        {
            lock (_missing)
                return _next;
        }
    }

    /// <summary>The callback of the next post.</summary>
    internal Action Take()
    {
        long number = _sent++;
        return () => Deliver(number);
    }

    /// <summary>Waits until at most so many posts have not run yet.</summary>
    internal bool WaitUntilLeft(long most)
    {
        var patience = new Patience();
        while (_sent - Next > most)
        {
            _moved.Reset();
            if (_sent - Next <= most)
                break;
            if (!patience.Wait(_moved))
            {
                life.Report(Violation.Late, $"{name}: post {Next} of {_sent} has not run within {Patience.Bound.TotalSeconds} s");
                return false;
            }
        }
        return true;
    }

    /// <summary>Waits for all. What was overtaken and never came is lost.</summary>
    internal void Finish()
    {
        if (!WaitUntilLeft(0))
            return;
        lock (_missing)
        {
            if (_missing.Count > 0)
                life.Report(Violation.Lost, $"{name}: {_missing.Count} of {_sent} posts never ran, the first of them number {_missing.Min()}");
        }
    }

    private void Deliver(long number)
    {
        using var call = life.Ledger.Enter(name);
        life.Tally.Add(work);
        lock (_missing)
        {
            if (number >= _next)
            {
                while (_next < number)
                    _missing.Add(_next++);
                _next++;
            }
            else if (_missing.Remove(number))
            {
                life.Report(Violation.Order, $"{name}: post {number} ran after post {_next - 1}");
            }
            else
            {
                life.Report(Violation.Twice, $"{name}: post {number} ran again");
            }
        }
        _moved.Set();
    }
}
