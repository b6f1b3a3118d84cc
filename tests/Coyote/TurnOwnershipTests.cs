using IOLoops.Hosting;
using Microsoft.Coyote.Specifications;

namespace IOLoops.Coyote;

/// <summary>Whose turn it is: never two owners, and no turn that came is lost.</summary>
[EveryField]
public static class TurnOwnershipTests
{
    /// <summary>As the driver does: a turn that cannot be had is posted again by the owner.</summary>
    public static void No_turn_overlaps_another_and_none_is_lost()
    {
        var turns = new Turns();
        Threads.Run(() => turns.Request(1), () => turns.Request(2), () => turns.Request(4));
        Threads.Settle();
        turns.Verify(7);
    }

    public static void A_nested_turn_gives_nothing_up()
    {
        var turns = new Turns { Nests = true };
        Threads.Run(() => turns.Request(1), () => turns.Request(2));
        Threads.Settle();
        turns.Verify(3);
    }

    /// <summary>As the driver does: what notes that a run must end tries to have the turn, and so does what gives the turn up.</summary>
    public static void A_run_that_must_end_is_ended_once()
    {
        var turns = new Turns();
        Threads.Run(() => turns.Request(1), turns.Abandon, turns.Abandon);
        Threads.Settle();
        turns.VerifyEnded();
    }

    private sealed class Turns
    {
        private readonly TurnOwnership _turns = new();
        private int _requested; // bits; interlocked
        private int _served;    // bits; the owner's
        private int _inside;    // interlocked
        private int _mustEnd;   // interlocked
        private int _ends;      // interlocked

        internal bool Nests { get; init; }

        internal void Request(int bit)
        {
            Interlocked.Or(ref _requested, bit);
            Turn();
        }

        internal void Abandon()
        {
            Interlocked.CompareExchange(ref _mustEnd, 1, 0);
            EndIfNeeded();
        }

        internal void Verify(int all)
        {
            Specification.Assert(_served == all, "turns came for {0}, and {1} were served", all, _served);
            Specification.Assert(_turns.TryTake(), "the turn was not given up");
        }

        internal void VerifyEnded()
        {
            Specification.Assert(_ends == 1, "the run was ended {0} times", _ends);
            Specification.Assert(_turns.TryTake(), "the turn was not given up");
        }

        private void Turn()
        {
            if (!_turns.TryEnter())
                return;
            Own();
            if (Nests)
            {
                Specification.Assert(_turns.TryEnter() && _turns.Depth == 2, "the owner cannot nest a turn");
                Own();
                Specification.Assert(!_turns.Leave() && _turns.IsMine, "a nested turn has given the turn up");
            }
            if (_turns.Leave())
                Threads.Start(Turn);
            EndIfNeeded();
        }

        private void EndIfNeeded()
        {
            while (Volatile.Read(ref _mustEnd) == 1 && _turns.TryTake())
            {
                Specification.Assert(Interlocked.Increment(ref _inside) == 1, "two threads have the turn");
                if (Interlocked.Exchange(ref _mustEnd, 2) == 1)
                    Interlocked.Increment(ref _ends);
                Interlocked.Decrement(ref _inside);
                if (_turns.Leave())
                    Threads.Start(Turn);
            }
        }

        private void Own()
        {
            Specification.Assert(Interlocked.Increment(ref _inside) == 1, "two threads have the turn");
            _served |= Volatile.Read(ref _requested);
            Interlocked.Decrement(ref _inside);
        }
    }
}
