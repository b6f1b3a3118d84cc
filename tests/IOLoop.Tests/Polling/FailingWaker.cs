using IOLoops.Interop;
using IOLoops.Polling;

namespace IOLoops.Tests.Polling;

/// <summary>An eventfd that the system refuses to write to for some calls.</summary>
internal sealed class FailingWaker : IWaker
{
    internal const int EIO = 5;

    private readonly EventFdWaker _waker = new();
    private int _left;

    public WakerKind Kind => _waker.Kind;

    public int Descriptor => _waker.Descriptor;

    /// <summary>How many calls are still to fail; negative when more were made.</summary>
    internal int Left => Volatile.Read(ref _left);

    /// <summary>Whether no call will fail any more.</summary>
    internal bool IsWell => Left <= 0;

    internal void Fail(int calls) => Volatile.Write(ref _left, calls);

    public void Wake()
    {
        if (Interlocked.Decrement(ref _left) >= 0)
            throw Errno.Failure("write (waker)", EIO);
        _waker.Wake();
    }

    public void Drain() => _waker.Drain();

    public void Dispose() => _waker.Dispose();
}
