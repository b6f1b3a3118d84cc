namespace LoopBench;

/// <summary>The C library's <c>pollfd</c>.</summary>
internal struct PollEntry
{
    internal const short Readable = 1;
    internal const short Writable = 4;

    internal int Descriptor;
    internal short Events;
#pragma warning disable CS0649 // the kernel writes it
    internal short Ready;
#pragma warning restore CS0649
}
