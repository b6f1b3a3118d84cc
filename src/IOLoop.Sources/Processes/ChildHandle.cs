namespace IOLoops.Sources.Processes;

/// <summary>A child of this process: ends it, and learns how it ended. Any thread.</summary>
internal abstract class ChildHandle
{
    internal abstract int Id { get; }

    /// <summary>Whether it leads a process group, which is stopped with it.</summary>
    internal abstract bool LeadsGroup { get; }

    /// <summary>How it ended; the failure, where that is lost. After <see cref="TryEnd"/>.</summary>
    internal abstract (ExitStatus Status, IOException? Failure) Outcome { get; }

    internal abstract bool IsEnded { get; }

    /// <summary>Ends when the child has, on the loop.</summary>
    internal abstract ValueTask WaitAsync(IOLoop loop);

    /// <summary>Blocks until the child has ended.</summary>
    internal abstract void Block();

    /// <summary>Learns how it ended, when it has.</summary>
    /// <param name="forGroup">Whether its group will get another signal.</param>
    /// <returns>Whether it has ended.</returns>
    internal abstract bool TryEnd(bool forGroup);

    /// <summary>Sends a signal to the process; nothing happens when it has ended.</summary>
    /// <returns>An errno that the caller is to know of.</returns>
    internal abstract int Signal(int signal);

    /// <summary>Sends a signal to all that is to be stopped: the group that it leads, or the process.</summary>
    /// <returns>Zero: a process got it. ESRCH: none is left. Otherwise why none did.</returns>
    internal abstract int SignalAll(int signal);

    /// <summary>Whether it leads a group in which others live, or may live. After <see cref="TryEnd"/>. Takes time.</summary>
    internal abstract bool HasOthers();

    /// <summary>Nothing will be signalled any more. After <see cref="TryEnd"/>.</summary>
    internal abstract void Release();

    /// <summary>No loop waits for its end any more.</summary>
    internal abstract void EndWatch();
}
