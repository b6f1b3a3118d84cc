namespace IOLoops.Rx;

/// <summary>WSAPOLLFD of Windows.</summary>
internal struct WinsockPollEntry
{
    internal const short Readable = 0x0100; // POLLRDNORM

    internal nint Socket;
    internal short Events;
    internal short ReturnedEvents;
}
