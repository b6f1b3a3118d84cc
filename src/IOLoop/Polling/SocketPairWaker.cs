using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace IOLoops.Polling;

/// <summary>Two sockets that are connected to each other over the loopback: for systems that can wait for sockets alone.</summary>
internal sealed class SocketPairWaker : IWaker
{
    private const int Backlog = 4; // our own connection, and what strangers may try at the same moment
    private const int MostFailedAccepts = 1000; // a listener that is ready and has no connection would keep a processor busy

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Socket _read;
    private readonly Socket _write;
    private volatile bool _isDisposed; // set before anything is closed

    internal SocketPairWaker()
    {
        try
        {
            (_read, _write) = Connect();
        }
        catch (SocketException exception)
        {
            throw new IOException($"Could not create the pair of loopback sockets with which other threads wake a loop: {exception.Message}", exception);
        }
        try
        {
            Descriptor = checked((int)_read.Handle);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public WakerKind Kind => WakerKind.SocketPair;

    public int Descriptor { get; }

    public void Wake()
    {
        try
        {
            var spin = new SpinWait();
            SocketError error;
            while (!TrySend(out error) && error == SocketError.WouldBlock && !IsReadable())
                spin.SpinOnce();
            // .NET disconnects a socket that is closed in the middle of a call: each system has its own word for that.
            if (error is not (SocketError.Success or SocketError.WouldBlock) && !_isDisposed)
                throw Broken("Waking by", error);
        }
        catch (ObjectDisposedException)
        {
            // The loop was closed: there is nothing left to wake.
        }
    }

    public void Drain()
    {
        const int Size = 256;
        Span<byte> buffer = stackalloc byte[Size];
        int count;
        SocketError error;
        do
            count = _read.Receive(buffer, SocketFlags.None, out error);
        while (count == Size);
        if (count == 0 && error != SocketError.WouldBlock) // every wait would end at once, and no wake arrive
            throw Broken("Reading", error == SocketError.Success ? SocketError.Disconnecting : error);
    }

    public void Dispose()
    {
        _isDisposed = true;
        _write.Dispose();
        _read.Dispose();
    }

    private bool TrySend(out SocketError error) => _write.Send([1], SocketFlags.None, out error) > 0;

    /// <summary>
    /// A pair that takes no more is readable, as a rule, and nothing is left to do. But a send may be refused only because
    /// another is under way (Wine does that), whose byte the loop may have read before the caller had a reason to wake it:
    /// then this wake would be lost. What can be read now, behind the refusal, was not read before that reason.
    /// </summary>
    private bool IsReadable()
    {
        Span<byte> peeked = stackalloc byte[1];
        _read.Receive(peeked, SocketFlags.Peek, out var error);
        return error != SocketError.WouldBlock;
    }

    private static IOException Broken(string what, SocketError error)
    {
        var cause = new SocketException((int)error);
        return new IOException($"{what} a pair of sockets that wakes a loop failed: {cause.Message}. Nothing but the loop may close it.", cause);
    }

    private static (Socket Read, Socket Write) Connect()
    {
        using var listener = NewSocket();
        // Windows lets another program bind to the same port otherwise, and have the connection.
        if (OperatingSystem.IsWindows())
            listener.ExclusiveAddressUse = true;
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(Backlog);
        listener.Blocking = false; // a connection that is reset between poll and accept is gone from the queue of a BSD
        var write = NewSocket();
        Socket? read = null;
        try
        {
            write.Connect(listener.LocalEndPoint!);
            read = AcceptFrom(listener, write.LocalEndPoint!, Patience);
            write.NoDelay = true;
            write.Blocking = false;
            read.Blocking = false;
            return (read, write);
        }
        catch
        {
            read?.Dispose();
            write.Dispose();
            throw;
        }
    }

    private static Socket NewSocket() => new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    /// <summary>Any program of this machine may connect to the listener: only our own other end will do.</summary>
    /// <exception cref="SocketException">Among others: it did not come in time.</exception>
    internal static Socket AcceptFrom(Socket listener, EndPoint peer, TimeSpan patience)
    {
        long start = Stopwatch.GetTimestamp();
        int failures = 0;
        while (true)
        {
            var left = patience - Stopwatch.GetElapsedTime(start);
            if (left <= TimeSpan.Zero || !listener.Poll(left, SelectMode.SelectRead))
                throw new SocketException((int)SocketError.TimedOut);
            Socket accepted;
            try
            {
                accepted = listener.Accept();
            }
            catch (SocketException exception) when (exception.SocketErrorCode is SocketError.WouldBlock or SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.NotConnected)
            {
                if (++failures == MostFailedAccepts)
                    throw;
                continue; // a stranger that has gone again (not connected: Wine's word for it)
            }
            if (peer.Equals(accepted.RemoteEndPoint))
                return accepted;
            accepted.Dispose();
        }
    }
}
