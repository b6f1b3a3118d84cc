using System.Runtime.InteropServices;
using System.Text;

namespace IOLoops.Samples;

/// <summary>A <c>struct inotify_event</c>.</summary>
/// <param name="Mask">What has happened.</param>
/// <param name="Name">To which file; empty when it is of the folder, or of none.</param>
internal readonly record struct InotifyEvent(InotifyMask Mask, string Name)
{
    private const int MaskAt = 4;
    private const int LengthAt = 12;
    private const int NameAt = 16;

    internal bool IsOfFile => Name.Length > 0;

    /// <summary>Whether the name is nobody's after this.</summary>
    internal bool IsGone => (Mask & (InotifyMask.Delete | InotifyMask.MovedFrom)) != 0;

    /// <summary>The events of one read: the kernel never hands out a part of one.</summary>
    internal static IEnumerable<InotifyEvent> Parse(ReadOnlyMemory<byte> read)
    {
        for (var rest = read; !rest.IsEmpty; rest = rest[SizeOf(rest.Span)..])
            yield return ParseFirst(rest.Span[..SizeOf(rest.Span)]);
    }

    private static int SizeOf(ReadOnlySpan<byte> first) => NameAt + MemoryMarshal.Read<int>(first[LengthAt..]);

    private static InotifyEvent ParseFirst(ReadOnlySpan<byte> bytes)
    {
        var mask = MemoryMarshal.Read<InotifyMask>(bytes[MaskAt..]);
        // Padded with zeros, to the alignment of the next one.
        string name = Encoding.UTF8.GetString(bytes[NameAt..].TrimEnd((byte)0));
        return new InotifyEvent(mask & ~InotifyMask.IsDirectory, (mask & InotifyMask.IsDirectory) == 0 ? name : name + "/");
    }
}
