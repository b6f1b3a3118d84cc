using System.Runtime.InteropServices;

/// <summary>One message of the kernel's: a header, a body of a fixed size for its type, attributes.</summary>
internal readonly ref struct NetlinkMessage
{
    internal const int HeaderSize = 16; // struct nlmsghdr

    // Types, and flags of requests and answers.
    internal const ushort Error = 2;
    internal const ushort Done = 3;
    internal const ushort NewLink = 16;
    internal const ushort DeleteLink = 17;
    internal const ushort GetLink = 18;
    internal const ushort NewAddress = 20;
    internal const ushort DeleteAddress = 21;
    internal const ushort GetAddress = 22;
    internal const ushort Request = 1;
    internal const ushort Acknowledge = 4;
    internal const ushort Interrupted = 0x10;
    internal const ushort Dump = 0x300;
    internal const ushort Exclusive = 0x200;
    internal const ushort Create = 0x400;

    private readonly ReadOnlySpan<byte> _bytes;

    private NetlinkMessage(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    internal ushort Type => MemoryMarshal.Read<ushort>(_bytes[4..]);

    internal ushort Flags => MemoryMarshal.Read<ushort>(_bytes[6..]);

    /// <summary>That of the request which this message answers; 0: it is news.</summary>
    internal int Sequence => MemoryMarshal.Read<int>(_bytes[8..]);

    internal ReadOnlySpan<byte> Body => _bytes[HeaderSize..];

    /// <summary>The errno that a message of type <see cref="Error"/> says; 0 when the request has been carried out.</summary>
    internal int Errno => -MemoryMarshal.Read<int>(Body);

    /// <summary>Takes the next message of a datagram, and moves behind it.</summary>
    internal static bool TryTake(ref ReadOnlySpan<byte> datagram, out NetlinkMessage message)
    {
        message = default;
        if (datagram.Length < HeaderSize)
            return false;
        int length = MemoryMarshal.Read<int>(datagram);
        if (length < HeaderSize || length > datagram.Length)
            throw new InvalidDataException("A netlink message is longer than its datagram.");
        message = new(datagram[..length]);
        datagram = datagram[Math.Min(Align(length), datagram.Length)..];
        return true;
    }

    /// <summary>The value of an attribute; empty when there is none of this type.</summary>
    internal ReadOnlySpan<byte> Attribute(int bodySize, ushort type)
    {
        var left = Body[bodySize..];
        while (left.Length >= 4)
        {
            int length = MemoryMarshal.Read<ushort>(left);
            if (length < 4 || length > left.Length)
                break;
            if (MemoryMarshal.Read<ushort>(left[2..]) == type)
                return left[4..length];
            left = left[Math.Min(Align(length), left.Length)..];
        }
        return default;
    }

    private static int Align(int length) => (length + 3) & ~3;
}
