using System.Runtime.InteropServices;
using System.Text;

namespace IOLoops.Samples;

/// <summary>A <c>struct inotify_event</c>.</summary>
/// <param name="Watch">Of which folder.</param>
/// <param name="Mask">What has happened.</param>
/// <param name="Name">To which file; empty when it is of the folder, or of none.</param>
internal readonly record struct InotifyEvent(int Watch, InotifyMask Mask, string Name)
{
    private const int MaskAt = 4;
    private const int LengthAt = 12;
    private const int NameAt = 16;

    /// <summary>The events of one read: the kernel never hands out a part of one.</summary>
    internal static List<InotifyEvent> Parse(ReadOnlySpan<byte> read)
    {
        var events = new List<InotifyEvent>();
        for (var rest = read; !rest.IsEmpty;)
        {
            int size = NameAt + MemoryMarshal.Read<int>(rest[LengthAt..]);
            // Padded with zeros, to the alignment of the next one.
            string name = Encoding.UTF8.GetString(rest[NameAt..size].TrimEnd((byte)0));
            events.Add(new InotifyEvent(MemoryMarshal.Read<int>(rest), MemoryMarshal.Read<InotifyMask>(rest[MaskAt..]), name));
            rest = rest[size..];
        }
        return events;
    }
}
