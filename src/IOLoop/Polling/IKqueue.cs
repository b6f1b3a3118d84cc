using IOLoops.Interop;

namespace IOLoops.Polling;

/// <summary>
/// The system calls below a <see cref="KqueuePoller"/>, and nothing but them: what is decided above is the same for
/// every kqueue, and for the one that the tests make of poll(2), which runs where no kqueue is.
/// </summary>
internal interface IKqueue : IDisposable
{
    /// <summary>The kqueue's own descriptor, which another one can watch.</summary>
    int Descriptor { get; }

    /// <summary>Makes one change. 0 or an errno.</summary>
    int Change(in Kevent change);

    /// <summary>Waits once. How many events, or a negative errno.</summary>
    /// <param name="events">Where to put them.</param>
    /// <param name="ticks">How long, in 100 ns; 0: not at all; negative: without a limit.</param>
    int Wait(Span<Kevent> events, long ticks);

    /// <summary>Ends a wait by the event that <see cref="Kevent.User"/> stands for. Any thread, also while or after disposing.</summary>
    void Trigger();

    /// <summary>Whether a socket that has ended in one direction has ended in both, according to poll(2).</summary>
    /// <param name="fd">The socket's number.</param>
    /// <param name="other">The other direction: <see cref="IOEvents.Read"/> or <see cref="IOEvents.Write"/>.</param>
    bool HasHungUp(int fd, IOEvents other);

    /// <summary>Instead of disposing: other code has closed the descriptor, and its number is not touched again.</summary>
    void Abandon();

    /// <summary>0 and what kind of file a number stands for, or an errno.</summary>
    int KindOf(int fd, out FileKind kind);
}
