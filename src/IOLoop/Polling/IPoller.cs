namespace IOLoops.Polling;

/// <summary>
/// The system interface below a loop: register, modify, suspend, unregister; wait, wake. A poller knows numbers,
/// tokens and events; it knows nothing of handlers, timeouts or threads. All is called on the loop's thread but
/// <see cref="Wake"/>.
/// </summary>
/// <remarks>
/// Level-triggered. Registering, modifying and unregistering return 0 or an errno, of which the loops tell apart, on
/// every poller alike: EEXIST (registered already), ENOENT (not registered), EBADF (not open) and EPERM (a file that is
/// always ready and cannot be waited for).
/// </remarks>
internal interface IPoller : IDisposable
{
    /// <summary>The token of the waker, which no registration may use.</summary>
    const ulong WakerToken = ulong.MaxValue;

    PollerKind Kind { get; }

    /// <summary>A descriptor that is readable when <see cref="Wait"/> would return at once; negative where the poller has none.</summary>
    int Descriptor { get; }

    /// <summary>Makes what waits for the poller's descriptors while a host's thread does other things.</summary>
    /// <param name="wake">Called when one is ready, on the sleeper's thread. Must neither block nor throw.</param>
    ISleeper CreateSleeper(Action wake);

    /// <summary>Whether a number is one of the poller's own.</summary>
    bool Owns(int fd);

    int Register(int fd, ulong token, IOEvents events);

    int Modify(int fd, ulong token, IOEvents events);

    /// <summary>
    /// Keeps it registered, but silent, hang-ups included, until it is modified. It may be reported one more time.
    /// </summary>
    int Suspend(int fd, ulong token);

    int Unregister(int fd);

    /// <summary>
    /// Waits until something is ready, <see cref="Wake"/> is called or the time is over, and fills in what is ready;
    /// wake-ups are not reported. Signals do not cut it short.
    /// </summary>
    /// <param name="ready">Room for at least one event.</param>
    /// <param name="ticks">How long, in 100 ns; 0: do not wait; negative: without a limit.</param>
    int Wait(Span<ReadyEvent> ready, long ticks);

    /// <summary>Ends the current or the next <see cref="Wait"/>. Any thread, also while or after disposing.</summary>
    void Wake();

    /// <summary>
    /// Forgets every registration, also those the kernel will not forget otherwise, except those given, as far as their numbers
    /// still are the files that were registered. <see cref="Wake"/> stays valid.
    /// </summary>
    /// <param name="live">What to keep. Gets the errors: ENOENT for a number that is another file by now, which is not registered.</param>
    /// <exception cref="IOException">There are no descriptors left; all stays as it was.</exception>
    void Rebuild(Span<PollerEntry> live);
}
