using IOLoops;
using Soak.Checking;
using Soak.Plants;

namespace Soak.Loops;

/// <summary>One loop from its making to its end, and what watches it.</summary>
internal sealed class Life
{
    private const int MostNestings = 2;

    private static long s_lives;
    private readonly Findings _findings;
    private int _stops;
    private volatile bool _isStopping; // from a stop to the next start, and in a run that ends by itself

    internal Life(Kind kind, Findings findings, Tally tally, PlantedFault plant)
    {
        Kind = kind;
        Tally = tally;
        Plant = plant;
        _findings = findings;
        Number = Interlocked.Increment(ref s_lives);
        Log = new LifeLog(this);
        Subject = kind.Create(Log, Number);
        Ledger = new Ledger(() => Loop, () => Subject.IsOwnThread, Report);
        Access = plant == PlantedFault.None ? new LoopAccess(this) : new FaultyAccess(this, plant);
    }

    internal Kind Kind { get; }

    internal long Number { get; }

    internal Tally Tally { get; }

    internal PlantedFault Plant { get; }

    internal LifeLog Log { get; }

    internal Subject Subject { get; }

    internal Ledger Ledger { get; }

    /// <summary>The loop, behind what can have a planted fault.</summary>
    internal LoopAccess Access { get; }

    internal IOLoop Loop => Subject.Loop;

    /// <summary>Another loop of the same kind.</summary>
    internal Life Another() => new(Kind, _findings, Tally, Plant);

    internal void Report(Violation violation, string what) => _findings.Report(Kind.Name, violation, what);

    internal void Start()
    {
        Ledger.IsStopped = false;
        _isStopping = false;
        Subject.Start();
    }

    /// <summary>A run that ends by itself. A thread that is not the loop's.</summary>
    internal void RunFor(TimeSpan duration)
    {
        Ledger.IsStopped = false;
        _isStopping = true; // its end ends nested runs, too
        try
        {
            Subject.RunSync(() => Task.Delay(duration, Loop.TimeProvider));
            Tally.Add(Work.RunSyncs);
        }
        catch (TimeoutException)
        {
            Report(Violation.Late, $"RunSync has not ended within {Patience.Bound.TotalSeconds} s");
        }
        finally
        {
            Ledger.IsStopped = true;
        }
    }

    /// <summary>Ends the run. From then on nothing may run.</summary>
    internal bool Stop()
    {
        _isStopping = true;
        Interlocked.Increment(ref _stops);
        bool hasEnded = new Patience().Wait(Subject.StopAsync());
        if (!hasEnded)
            Report(Violation.Late, $"the run has not ended within {Patience.Bound.TotalSeconds} s after Stop");
        Ledger.IsStopped = true;
        Access.OnStopped();
        return hasEnded;
    }

    /// <summary>Closes a loop that has stopped, then its host.</summary>
    internal void Close()
    {
        Access.Close();
        Ledger.IsClosed = true;
        Access.OnClosed();
        Subject.EndHost();
    }

    /// <summary>Runs turns inside a call, until a callback has run in one of them. The loop's thread.</summary>
    internal void Nest()
    {
        if (Ledger.Nestings >= MostNestings)
            return;
        int stops = Volatile.Read(ref _stops);
        bool isStopping = _isStopping; // the turn may be the last one
        var ran = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Access.Post(() =>
        {
            using var call = Ledger.Enter("a nested callback");
            ran.TrySetResult();
        });
        Ledger.BeginNesting();
        try
        {
            Loop.RunSync(() => ran.Task, Patience.Bound);
            Tally.Add(Work.Nestings);
        }
        catch (InvalidOperationException) when (isStopping || Volatile.Read(ref _stops) != stops)
        {
            // Stop ends nested runs, too.
        }
        catch (TimeoutException)
        {
            Report(Violation.Late, $"a nested run has not ended within {Patience.Bound.TotalSeconds} s");
        }
        finally
        {
            Ledger.EndNesting();
        }
    }
}
