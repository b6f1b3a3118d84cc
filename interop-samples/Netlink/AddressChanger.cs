using System.Runtime.InteropServices;

/// <summary>
/// Adds addresses to links and removes them, over a socket of its own. The kernel carries a request out within <c>send</c>, so its answer
/// is there at once, and so is the news of it for others. <see cref="Dispose"/> removes the addresses that it has added and that are left.
/// </summary>
internal sealed class AddressChanger : IDisposable
{
    private readonly NetlinkSocket _socket = new(groups: 0);
    private readonly byte[] _buffer = new byte[4096];
    private readonly HashSet<NetworkAddress> _added = [];

    internal void Add(NetworkAddress address)
    {
        Change(NetlinkMessage.NewAddress, address);
        _added.Add(address);
    }

    internal void Remove(NetworkAddress address)
    {
        Change(NetlinkMessage.DeleteAddress, address);
        _added.Remove(address);
    }

    /// <summary>Adds it, or removes it where it was added.</summary>
    internal void Toggle(NetworkAddress address)
    {
        if (HasAdded(address))
            Remove(address);
        else
            Add(address);
    }

    internal bool HasAdded(NetworkAddress address) => _added.Contains(address);

    private void Change(ushort type, NetworkAddress address)
    {
        _socket.Send(NetlinkRequest.Change(type, address));
        ReadOnlySpan<byte> datagram = _buffer.AsSpan(0, _socket.Receive(_buffer, out _));
        if (!NetlinkMessage.TryTake(ref datagram, out var answer) || answer.Type != NetlinkMessage.Error)
            throw new InvalidDataException("The kernel did not answer a request.");
        if (answer.Errno == Libc.NotPermitted)
            throw new UnauthorizedAccessException("To change addresses takes CAP_NET_ADMIN: run it as root.");
        if (answer.Errno != 0)
            throw new IOException($"netlink: {Marshal.GetPInvokeErrorMessage(answer.Errno)}", answer.Errno);
    }

    public void Dispose()
    {
        try
        {
            foreach (var address in _added.ToList())
                Remove(address);
        }
        finally
        {
            _socket.Dispose();
        }
    }
}
