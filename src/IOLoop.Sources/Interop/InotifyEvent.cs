using System.Runtime.InteropServices;

namespace IOLoops.Sources.Interop;

/// <summary>A <c>struct inotify_event</c>.</summary>
/// <param name="Watch">Of which folder; -1 for an overflow.</param>
/// <param name="Mask">What happened.</param>
/// <param name="Cookie">The same for both halves of a move.</param>
/// <param name="Name">Of the entry, as a <see cref="RawPath"/>; empty when the event is of the folder itself.</param>
/// <param name="Offset">How many bytes of events were read before this one.</param>
internal readonly record struct InotifyEvent(int Watch, InotifyMask Mask, uint Cookie, string Name, long Offset)
{
    private const int MaskAt = 4;
    private const int CookieAt = 8;
    private const int LengthAt = 12;
    private const int NameAt = 16;

    internal bool IsFolder => Has(InotifyMask.IsFolder);

    internal bool Has(InotifyMask mask) => (Mask & mask) != 0;

    /// <summary>The events of one read. The kernel never splits an event between two reads.</summary>
    internal static void Parse(ReadOnlySpan<byte> bytes, long offset, List<InotifyEvent> events)
    {
        while (!bytes.IsEmpty)
        {
            int size = NameAt + MemoryMarshal.Read<int>(bytes[LengthAt..]);
            var name = bytes[NameAt..size].TrimEnd((byte)0); // padded to the alignment of the next event
            events.Add(new InotifyEvent(
                MemoryMarshal.Read<int>(bytes),
                MemoryMarshal.Read<InotifyMask>(bytes[MaskAt..]),
                MemoryMarshal.Read<uint>(bytes[CookieAt..]),
                RawPath.FromBytes(name),
                offset));
            bytes = bytes[size..];
            offset += size;
        }
    }
}
