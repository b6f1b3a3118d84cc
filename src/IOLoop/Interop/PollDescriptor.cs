namespace IOLoops.Interop;

/// <summary><c>struct pollfd</c>.</summary>
internal struct PollDescriptor
{
    internal int Descriptor;
    internal short Events;
    internal short Returned;
}
