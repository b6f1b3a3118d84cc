namespace IOLoops.Polling;

/// <summary>A registration that <see cref="IPoller.Rebuild"/> is to keep.</summary>
internal struct PollerEntry(int descriptor, ulong token, IOEvents events)
{
    internal readonly int Descriptor = descriptor;
    internal readonly ulong Token = token;
    internal readonly IOEvents Events = events;
    internal int Errno;
}
