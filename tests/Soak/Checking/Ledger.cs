using IOLoops;

namespace Soak.Checking;

/// <summary>Watches the calls of one loop: one at a time, on the loop's thread, while it runs.</summary>
internal sealed class Ledger(Func<IOLoop> loop, Func<bool> isOwnThread, Action<Violation, string> report)
{
    private int _thread; // on which a call runs; 0: none
    private int _nestings; // used on the loop's thread

    /// <summary>Set when a run has ended, until the next begins.</summary>
    internal bool IsStopped { get => Volatile.Read(ref field); set => Volatile.Write(ref field, value); }

    /// <summary>Set when <c>Close</c> has returned.</summary>
    internal bool IsClosed { get => Volatile.Read(ref field); set => Volatile.Write(ref field, value); }

    internal void Report(Violation violation, string what) => report(violation, what);

    /// <summary>At the beginning of each call. Dispose of what it returns at the end.</summary>
    internal Call Enter(string what)
    {
        if (IsClosed)
            Report(Violation.Closed, $"{what} ran after Close");
        else if (IsStopped)
            Report(Violation.Stopped, $"{what} ran after the end of the run");
        else
            CheckThread(what);
        int me = Environment.CurrentManagedThreadId;
        int owner = Interlocked.CompareExchange(ref _thread, me, 0);
        if (owner != 0 && (owner != me || Volatile.Read(ref _nestings) == 0))
            Report(Violation.Overlap, $"{what} ran in the middle of another call, on thread {me} inside thread {owner}");
        return new Call(this, owner == 0);
    }

    /// <summary>For code that has resumed on the loop after an await.</summary>
    internal void CheckThread(string what)
    {
        if (!isOwnThread())
            Report(Violation.Thread, $"{what} ran on thread {Environment.CurrentManagedThreadId}, which is not the loop's");
        else if (!loop().IsOnLoopThread || !ReferenceEquals(IOLoop.Current, loop()))
            Report(Violation.Thread, $"{what} ran where the loop is not current");
    }

    /// <summary>Calls may run inside the one that nests turns.</summary>
    internal void BeginNesting() => _nestings++;

    internal void EndNesting() => _nestings--;

    internal int Nestings => _nestings;

    internal readonly struct Call(Ledger ledger, bool isOutermost) : IDisposable
    {
        public void Dispose()
        {
            if (isOutermost)
                Volatile.Write(ref ledger._thread, 0);
        }
    }
}
