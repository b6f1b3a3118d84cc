using IOLoops.Interop;

namespace IOLoops.Polling;

/// <summary>
/// The system calls below an <see cref="AfdPoller"/>, and nothing but them: polls of one socket each, whose completions come by a
/// port. What is decided above is the same for every port, and for the one that the tests make of poll(2).
/// </summary>
internal unsafe interface IAfdPort : IDisposable
{
    /// <summary>Whether a number is a socket. 0; or ENOTSOCK, EBADF or another errno.</summary>
    int Judge(int number);

    /// <summary>The same, and the socket as the driver knows it.</summary>
    int Find(int number, out nint socket);

    /// <summary>Makes blocks for some polls more. They are there until the port is disposed of.</summary>
    void Grow(Stack<nint> polls);

    /// <summary>Begins a poll. Unless it fails, the block belongs to the system until <see cref="Wait"/> has given it back.</summary>
    /// <returns>0; EBADF or ENOTSOCK: the socket was closed; or another errno.</returns>
    int Arm(AfdPoll* poll, nint socket, uint events);

    /// <summary>Has a poll complete soon. One that has completed already is no error.</summary>
    void Cancel(AfdPoll* poll);

    /// <summary>Gives back polls that have completed, the oldest first.</summary>
    /// <param name="polls">Where to put them: pointers to <see cref="AfdPoll"/>.</param>
    /// <param name="ticks">How long to wait for one, in 100 ns; 0: not at all; negative: without a limit. It may end earlier.</param>
    /// <param name="woken">Whether <see cref="Wake"/> was called.</param>
    int Wait(Span<nint> polls, long ticks, out bool woken);

    /// <summary>Ends the current or the next <see cref="Wait"/>. Any thread, also while or after disposing.</summary>
    void Wake();

    /// <summary>Makes what waits for completions while a host's thread does other things.</summary>
    /// <param name="prepare">Called before each sleep, by the thread that arms: arms what is not, and says whether something is ready.</param>
    /// <param name="wake">Called when there is one. Must neither block nor throw.</param>
    ISleeper CreateSleeper(Func<bool> prepare, Action wake);

    /// <summary>Instead of disposing: polls are still under way, whose blocks must stay.</summary>
    void Abandon();
}
