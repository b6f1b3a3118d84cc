using System.Net.Sockets;

/// <summary>The requests that this sample sends to the kernel.</summary>
internal static class NetlinkRequest
{
    private const int AddressBody = 8; // struct ifaddrmsg
    private const ushort LocalAddress = 2; // IFA_LOCAL

    /// <summary>Asks for all links or all addresses.</summary>
    /// <param name="type">Which of them.</param>
    /// <param name="sequence">The kernel repeats it in each message of its answer. News has 0.</param>
    internal static byte[] List(ushort type, int sequence)
    {
        byte[] message = WithHeader(type, NetlinkMessage.Dump, new byte[AddressBody + 8]); // room for either body
        BitConverter.TryWriteBytes(message.AsSpan(8), sequence);
        return message;
    }

    /// <summary>Adds an address of IPv4 to a link, or removes it.</summary>
    internal static byte[] Change(ushort type, NetworkAddress address)
    {
        if (address.Address.AddressFamily != AddressFamily.InterNetwork)
            throw new NotSupportedException("This sample changes addresses of IPv4 alone.");
        byte[] body = new byte[AddressBody + 8];
        body[0] = 2; // AF_INET
        body[1] = (byte)address.PrefixLength;
        BitConverter.TryWriteBytes(body.AsSpan(4), address.Link);
        BitConverter.TryWriteBytes(body.AsSpan(8), (ushort)8); // the attribute's length
        BitConverter.TryWriteBytes(body.AsSpan(10), LocalAddress);
        address.Address.TryWriteBytes(body.AsSpan(12), out _);
        ushort flags = type == NetlinkMessage.NewAddress ? (ushort)(NetlinkMessage.Create | NetlinkMessage.Exclusive) : (ushort)0;
        return WithHeader(type, (ushort)(flags | NetlinkMessage.Acknowledge), body);
    }

    private static byte[] WithHeader(ushort type, ushort flags, byte[] body)
    {
        byte[] message = new byte[NetlinkMessage.HeaderSize + body.Length];
        BitConverter.TryWriteBytes(message.AsSpan(0), message.Length);
        BitConverter.TryWriteBytes(message.AsSpan(4), type);
        BitConverter.TryWriteBytes(message.AsSpan(6), (ushort)(flags | NetlinkMessage.Request));
        body.CopyTo(message, NetlinkMessage.HeaderSize);
        return message;
    }
}
