namespace IOLoops.Interop;

/// <summary>
/// A place in a <c>poll(2)</c> set: its layout and the call that waits for a set of them, per system. A type argument,
/// not an object, so that a poller is compiled for it and pays nothing for the choice.
/// </summary>
internal unsafe interface IPollDescriptor<TSelf>
    where TSelf : unmanaged, IPollDescriptor<TSelf>
{
    /// <summary>A place that is waited for.</summary>
    static abstract TSelf Watching(int number, IOEvents events);

    /// <summary>A place that is passed over, hang-ups included.</summary>
    static abstract TSelf Silent(int number);

    /// <summary>Whether the number is open and can be waited for (0 or an errno), and which file it stands for, where the system can say.</summary>
    static abstract int Identify(int number, out FileIdentity identity);

    /// <summary>Waits once.</summary>
    /// <param name="set">At least one place: Windows refuses an empty set.</param>
    /// <param name="count">How many places.</param>
    /// <param name="ticks">How long, in 100 ns; 0: not at all; negative: without a limit. May be rounded up.</param>
    /// <returns>How many places have something to report; negative: <see cref="Errno.Last"/> says why not.</returns>
    static abstract int Wait(TSelf* set, int count, long ticks);

    /// <summary>The number, of a silent place, too.</summary>
    int Number { get; }

    /// <summary>Whether the wait reported anything.</summary>
    bool IsReported { get; }

    /// <summary>Whether the wait reported that the number is not open.</summary>
    bool IsClosed { get; }

    /// <summary>What the wait reported.</summary>
    IOEvents Reported { get; }
}
