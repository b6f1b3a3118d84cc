namespace IOLoops;

/// <summary>A host that knows its thread. In one that does not, only a turn counts as the loop's thread.</summary>
public interface IHostThread : ILoopHost
{
    /// <summary>
    /// Whether the calling thread is the host's one thread, on which turns run and nothing runs beside them. Any thread; it must
    /// not block.
    /// </summary>
    bool IsOnHostThread { get; }
}
