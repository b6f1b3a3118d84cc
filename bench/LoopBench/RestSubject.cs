namespace LoopBench;

/// <summary>A kind of thing that rests in a program.</summary>
internal abstract class RestSubject : IDisposable
{
    /// <summary>Does what is not measured.</summary>
    /// <returns>How many can be made: no more than wanted.</returns>
    internal virtual int Prepare(int wanted) => wanted;

    /// <summary>Runs the making, or the ending, of all where it has to.</summary>
    internal virtual void Run(Action body) => body();

    /// <summary>Makes one, and keeps it.</summary>
    internal abstract void Make(int index);

    /// <summary>Ends all that were made.</summary>
    internal abstract void End();

    public virtual void Dispose()
    {
    }

    /// <summary>How many of something can be made that takes descriptors, with some left for the program.</summary>
    protected static int WithinLimit(int wanted, int descriptorsEach) =>
        (int)Math.Min(wanted, Math.Max(1, (Libc.DescriptorLimit - 512) / descriptorsEach));
}
