using IOLoops.Interop;

namespace IOLoops.Polling;

/// <summary>An <c>eventfd(2)</c>: one descriptor, a counter that any number of wakes adds to and one read clears.</summary>
internal sealed class EventFdWaker : IWaker
{
    private readonly SafeDescriptor _eventFd = new(Errno.Check(Libc.eventfd(0, Libc.NonBlock | Libc.CloseOnExec), "eventfd"));

    public WakerKind Kind => WakerKind.EventFd;

    public int Descriptor => _eventFd.Number;

    // A write fails with EAGAIN alone, when the counter is full: then the descriptor is readable already.
    public unsafe void Wake()
    {
        ulong one = 1;
        WakerIO.Write(_eventFd, &one, sizeof(ulong));
    }

    // Modelled in tests/models: native.
    public unsafe void Drain()
    {
        ulong count;
        WakerIO.Read(_eventFd, &count, sizeof(ulong));
    }

    public void Dispose() => _eventFd.Dispose();
}
