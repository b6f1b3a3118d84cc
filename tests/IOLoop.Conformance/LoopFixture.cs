namespace IOLoops.Conformance;

/// <summary>Makes the loops that the suite tests, and says what about them is different for a reason.</summary>
public abstract class LoopFixture : IDisposable
{
    /// <summary>Names the loop in messages.</summary>
    public abstract string Name { get; }

    /// <summary>Why there can be no such loop on this system; its tests are reported as skipped.</summary>
    public virtual string? Unsupported => null;

    /// <summary>Makes a fresh loop that does not run; on a fresh host, where there is one.</summary>
    public abstract IOLoop Create(IOLoopOptions? options = null);

    /// <summary>Runs the loop until it is stopped. A host whose time is virtual advances it here.</summary>
    public virtual void Run(IOLoop loop)
    {
        ArgumentNullException.ThrowIfNull(loop);
        loop.Start();
    }

    /// <summary>Tests, by method name, that this loop cannot honour, each with the reason; they are reported as skipped.</summary>
    public virtual IReadOnlyDictionary<string, string> Exceptions { get; } = new Dictionary<string, string>();

    /// <summary>Why a test, by its method's name, cannot hold here: on this loop, or on this system; else null.</summary>
    public string? ExceptionFor(string test)
    {
        if (OperatingSystem.IsWindows() && WindowsExceptions.Reasons.TryGetValue(test, out string? reason))
            return reason;
        return Exceptions.GetValueOrDefault(test);
    }

    /// <summary>Whether a reopened number is known as such even for files without an inode of their own.</summary>
    public virtual bool KernelJudgesReuse => true;

    /// <summary>Whether events of a closed number are reported while a duplicate keeps its description open.</summary>
    public virtual bool SeesGhosts => false;

    /// <summary>Whether <c>RunSync</c> nests in a running loop, because its host can be pumped.</summary>
    public virtual bool IsPumpable => false;

    /// <summary>Whether the loop runs on the thread that calls <see cref="IOLoop.Start"/>.</summary>
    public virtual bool IsNative => false;

    /// <summary>Whether every turn runs on one and the same thread.</summary>
    public virtual bool HasOwnThread => true;

    /// <summary>What one post to the host allocates, in bytes: a turn may cost that much, what runs in it nothing.</summary>
    public virtual long BytesPerTurn => 0;

    /// <summary>Whether a turn may end behind any of its handlers, for the host to have its turn.</summary>
    public virtual bool EndsTurnsEarly => false;

    /// <summary>Whether the clock moves only when the fixture moves it.</summary>
    public virtual bool UsesVirtualTime => false;

    /// <summary>Whether deadlines are met to better than a millisecond.</summary>
    public virtual bool SubMillisecond => false;

    /// <summary>Ends what <see cref="Create"/> has begun.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Ends what <see cref="Create"/> has begun.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }
}
