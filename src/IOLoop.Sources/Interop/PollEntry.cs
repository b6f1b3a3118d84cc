namespace IOLoops.Sources.Interop;

/// <summary>The C library's <c>pollfd</c>.</summary>
internal struct PollEntry
{
    internal int Descriptor;
    internal short Events;
    internal short ReturnedEvents;
}
