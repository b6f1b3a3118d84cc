namespace IOLoops.Polling;

/// <summary>
/// Descriptors of pollers that one thread waits for, each until it is ready once. What it is made of is the system's: an
/// epoll set watches epoll descriptors, a kqueue watches kqueues.
/// </summary>
internal interface IOneShotSet : IDisposable
{
    /// <summary>Watches a descriptor until it is ready once; again, if it is known. Any thread. 0 or an errno.</summary>
    int Watch(int descriptor, ulong token);

    /// <summary>Watches a descriptor no more. Any thread. One that is not known is no error.</summary>
    void Forget(int descriptor);

    /// <summary>Makes the current or the next <see cref="Wait"/> end, with <see cref="IPoller.WakerToken"/> among its tokens.</summary>
    void End();

    /// <summary>
    /// Instead of <see cref="IDisposable.Dispose"/>, when a call has failed: other code has closed the set's descriptor, which it does
    /// not own. Its number may be another file's by now, which must not be closed.
    /// </summary>
    void Abandon();

    /// <summary>Waits without a limit. How many tokens of ready descriptors were put into <paramref name="tokens"/>.</summary>
    /// <exception cref="IOException">The set cannot be waited for any more.</exception>
    int Wait(Span<ulong> tokens);
}
