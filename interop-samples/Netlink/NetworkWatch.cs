using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using IOLoops;

/// <summary>The links and addresses of this machine, and each change of them. All members: the loop's thread.</summary>
internal sealed class NetworkWatch : IDisposable
{
    internal const uint Groups = 0x1 | 0x10 | 0x100; // RTMGRP_LINK, RTMGRP_IPV4_IFADDR, RTMGRP_IPV6_IFADDR

    private const int LinkBody = 16;    // struct ifinfomsg
    private const int AddressBody = 8;  // struct ifaddrmsg
    private const ushort LinkName = 3;  // IFLA_IFNAME
    private const ushort Address = 1;   // IFA_ADDRESS
    private const ushort LocalAddress = 2; // IFA_LOCAL, which differs on links from point to point

    private readonly IOLoop _loop;
    private readonly NetlinkSocket _socket;
    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly Dictionary<int, (string Name, int Listing)> _links = [];
    private readonly Dictionary<NetworkAddress, int> _addresses = []; // and in which listing each was last seen
    private TaskCompletionSource _listed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly bool _asksAgain;
    private ushort _asked;
    private int _sequence; // of the request that was sent last
    private bool _isStale;
    private int _listing;

    internal NetworkWatch(IOLoop loop, uint groups = Groups, int receiveBuffer = 0, bool asksAgain = true)
    {
        _loop = loop;
        _asksAgain = asksAgain;
        _socket = new NetlinkSocket(groups, receiveBuffer);
        loop.AddHandler(_socket, (_, _) => OnReadable(), IOEvents.Read);
        List();
    }

    /// <summary>Ends when everything has been listed. Fails with an IOException when the kernel refuses to list it.</summary>
    internal Task Listed => _listed.Task;

    /// <summary>How often the kernel has lost news, so that everything was listed again.</summary>
    internal int Losses { get; private set; }

    /// <summary>How often the kernel has refused a list because its buffer was full or an earlier list was under way.</summary>
    internal int Refusals { get; private set; }

    internal IEnumerable<string> LinkNames => _links.OrderBy(link => link.Key).Select(link => link.Value.Name);

    internal IReadOnlyCollection<NetworkAddress> Addresses => _addresses.Keys;

    /// <summary>An address has come (true) or gone. Also raised for those of the first list.</summary>
    internal event Action<NetworkAddress, bool>? AddressChanged;

    internal int IndexOf(string link) => _links.First(entry => entry.Value.Name == link).Key;

    internal string Describe(NetworkAddress address) =>
        $"{address.Address}/{address.PrefixLength} on {(_links.TryGetValue(address.Link, out var link) ? link.Name : address.Link)}";

    // One datagram per call: if more is there, the loop calls again, after other work. But when news was lost, the kernel discards all
    // further news, without a word, until everything that it has kept is taken. Only a list that is asked for after that is right.
    private void OnReadable()
    {
        bool hasMore = Take();
        while (hasMore && _isStale)
            hasMore = Take();
        if (_isStale)
            List(); // also when no answer to an earlier request has come: the kernel may have discarded it as well
    }

    private bool Take()
    {
        int length = _socket.Receive(_buffer, out bool isLost);
        if (isLost)
        {
            Losses++;
            BeStale();
        }
        ReadOnlySpan<byte> datagram = _buffer.AsSpan(0, length);
        while (NetlinkMessage.TryTake(ref datagram, out var message))
            Apply(message);
        return isLost || length > 0;
    }

    /// <summary>Lists everything again, although no news is known to be lost.</summary>
    internal void Refresh()
    {
        BeStale();
        List();
    }

    private void BeStale()
    {
        _isStale = true;
        if (_listed.Task.IsCompleted)
            _listed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    // The kernel lists one thing at a time: links, then addresses. News may come in between, in the order in which it happened.
    private void List()
    {
        _isStale = false;
        _listing++;
        Ask(NetlinkMessage.GetLink);
    }

    private void Ask(ushort type)
    {
        _asked = type;
        _socket.Send(NetlinkRequest.List(type, ++_sequence));
    }

    private void Apply(NetlinkMessage message)
    {
        if ((message.Flags & NetlinkMessage.Interrupted) != 0)
            BeStale(); // what the kernel lists has changed meanwhile
        switch (message.Type)
        {
            case NetlinkMessage.NewLink or NetlinkMessage.DeleteLink when message.Body[0] == 0: // not what a bridge says of its ports
                ApplyLink(message);
                break;
            case NetlinkMessage.NewAddress or NetlinkMessage.DeleteAddress:
                ApplyAddress(message);
                break;
            case NetlinkMessage.Done when message.Sequence == _sequence: // not the end of a list that was given up
                OnDone();
                break;
            case NetlinkMessage.Error when message.Sequence == _sequence:
                OnRefused(message.Errno);
                break;
        }
    }

    // News can fill the buffer again before the request is sent. The kernel then refuses to list anything, and sometimes begins the list
    // later nevertheless: it is busy until that list has been taken.
    private void OnRefused(int errno)
    {
        if (_asksAgain && errno is (Libc.NoBuffers or Libc.Busy))
        {
            Refusals++;
            BeStale();
        }
        else
        {
            _listed.TrySetException(new IOException($"netlink: {Marshal.GetPInvokeErrorMessage(errno)}", errno));
        }
    }

    private void ApplyLink(NetlinkMessage message)
    {
        int index = MemoryMarshal.Read<int>(message.Body[4..]);
        if (message.Type == NetlinkMessage.NewLink)
            _links[index] = (Encoding.UTF8.GetString(message.Attribute(LinkBody, LinkName).TrimEnd((byte)0)), _listing);
        else
            _links.Remove(index);
    }

    private void ApplyAddress(NetlinkMessage message)
    {
        var bytes = message.Attribute(AddressBody, LocalAddress);
        bytes = bytes.IsEmpty ? message.Attribute(AddressBody, Address) : bytes;
        var address = new NetworkAddress(MemoryMarshal.Read<int>(message.Body[4..]), new IPAddress(bytes), message.Body[1]);
        if (message.Type == NetlinkMessage.DeleteAddress)
        {
            Remove(address);
            return;
        }
        bool isNew = !_addresses.ContainsKey(address);
        _addresses[address] = _listing;
        if (isNew)
            AddressChanged?.Invoke(address, true);
    }

    private void Remove(NetworkAddress address)
    {
        if (_addresses.Remove(address))
            AddressChanged?.Invoke(address, false);
    }

    private void OnDone()
    {
        if (_isStale)
            return; // it is asked for again
        if (_asked == NetlinkMessage.GetLink)
            Ask(NetlinkMessage.GetAddress);
        else
            OnListed();
    }

    // What this list did not name is gone: the news of it was lost.
    private void OnListed()
    {
        foreach (var (index, link) in _links)
        {
            if (link.Listing != _listing)
                _links.Remove(index);
        }
        foreach (var (address, listing) in _addresses)
        {
            if (listing != _listing)
                Remove(address);
        }
        _listed.TrySetResult();
    }

    public void Dispose()
    {
        _loop.RemoveHandler(_socket);
        _socket.Dispose();
    }
}
