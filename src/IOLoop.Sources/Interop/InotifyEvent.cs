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
    /// <exception cref="IOException">The bytes are not whole events: the system's inotify is faulty.</exception>
    internal static void Parse(ReadOnlySpan<byte> bytes, long offset, List<InotifyEvent> events)
    {
        while (!bytes.IsEmpty)
        {
            int size = SizeOfFirst(bytes, offset);
            var name = bytes[NameAt..size]; // padded with NULs to the alignment of the next event
            int end = name.IndexOf((byte)0);
            events.Add(new InotifyEvent(
                MemoryMarshal.Read<int>(bytes),
                MemoryMarshal.Read<InotifyMask>(bytes[MaskAt..]),
                MemoryMarshal.Read<uint>(bytes[CookieAt..]),
                RawPath.FromBytes(end < 0 ? name : name[..end]),
                offset));
            bytes = bytes[size..];
            offset += size;
        }
    }

    private static int SizeOfFirst(ReadOnlySpan<byte> bytes, long offset)
    {
        if (bytes.Length >= NameAt)
        {
            uint length = MemoryMarshal.Read<uint>(bytes[LengthAt..]);
            if (length <= (uint)(bytes.Length - NameAt))
                return NameAt + (int)length;
        }
        throw new IOException(
            $"Reading inotify events failed: the event at byte {offset} is longer than the {bytes.Length} bytes that the system has returned. Changes are lost. List the folders again, with a new FolderWatch.",
            Errno.EIO);
    }
}
