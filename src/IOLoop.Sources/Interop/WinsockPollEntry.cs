namespace IOLoops.Sources.Interop;

/// <summary>WSAPOLLFD of Windows.</summary>
internal struct WinsockPollEntry
{
    internal const short Readable = 0x0100; // POLLRDNORM
    internal const short Writable = 0x0010; // POLLWRNORM

    internal nint Socket;
    internal short Events;
    internal short ReturnedEvents;
}
