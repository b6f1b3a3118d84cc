using Microsoft.Coyote.Specifications;

namespace IOLoops.Coyote;

/// <summary>What the callbacks of a loop note: which of them ran, and that no two did at a time.</summary>
internal sealed class Calls
{
    private readonly List<int> _ran = []; // the loop's
    private int _running;                 // interlocked

    internal void Note(int number)
    {
        Specification.Assert(Interlocked.Increment(ref _running) == 1, "two turns overlap");
        _ran.Add(number);
        Interlocked.Decrement(ref _running);
    }

    /// <summary>Each of these ran once, and nothing else.</summary>
    internal void Verify(params int[] numbers) => Specification.Assert(
        _ran.Order().SequenceEqual(numbers), "added: {0}; ran: {1}", string.Join(' ', numbers), string.Join(' ', _ran));
}
