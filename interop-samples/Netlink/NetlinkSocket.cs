using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

/// <summary>A socket to the kernel's network configuration. It never blocks. A loop takes it as it is: it is a SafeHandle.</summary>
internal sealed unsafe class NetlinkSocket : SafeHandleMinusOneIsInvalid
{
    /// <param name="groups">What to be told without asking: RTMGRP_* values.</param>
    /// <param name="receiveBuffer">How many bytes the kernel keeps for it; 0: the system's default.</param>
    internal NetlinkSocket(uint groups, int receiveBuffer = 0)
        : base(ownsHandle: true)
    {
        SetHandle(Libc.socket(Libc.Netlink, Libc.Raw | Libc.NonBlock | Libc.CloseOnExec, Libc.Route));
        if (IsInvalid)
            throw Failure("socket");
        if (receiveBuffer > 0 && Libc.setsockopt(this, Libc.SocketLevel, Libc.ReceiveBuffer, receiveBuffer, sizeof(int)) != 0)
            throw Failure("setsockopt");
        var address = new Libc.Address { Family = Libc.Netlink, Groups = groups };
        if (Libc.bind(this, address, sizeof(Libc.Address)) != 0)
            throw Failure("bind");
    }

    internal void Send(ReadOnlySpan<byte> message)
    {
        fixed (byte* data = message)
        {
            if (Libc.send(this, data, (nuint)message.Length, 0) < 0)
                throw Failure("send");
        }
    }

    /// <summary>Takes what one datagram holds: some whole messages. 0: there is none now.</summary>
    /// <param name="buffer">Where to. The kernel's datagrams have at most 32 KiB.</param>
    /// <param name="isLost">Whether the kernel had no room, and has discarded messages. Only to ask again helps.</param>
    internal int Receive(Span<byte> buffer, out bool isLost)
    {
        fixed (byte* data = buffer)
        {
            nint length = Libc.recv(this, data, (nuint)buffer.Length, 0);
            int error = length < 0 ? Marshal.GetLastPInvokeError() : 0;
            isLost = error == Libc.NoBuffers;
            if (error is not (0 or Libc.Again or Libc.NoBuffers))
                throw Failure("recv");
            return Math.Max(0, (int)length);
        }
    }

    private static IOException Failure(string call)
    {
        int error = Marshal.GetLastPInvokeError();
        return new IOException($"{call}: {Marshal.GetPInvokeErrorMessage(error)}", error);
    }

    protected override bool ReleaseHandle() => Libc.close(handle) == 0;
}
