using System.Net;
using System.Net.Sockets;
using IOLoops.Sources;

namespace IOLoops.Samples;

/// <summary>
/// A server on each loop of a group. Where the system distributes connections, each listens on a socket of its own; elsewhere the first
/// one accepts for all, and hands over.
/// </summary>
internal sealed class GroupServers
{
    private readonly LoopGroup _group;
    private readonly List<EchoServer> _servers = [];

    /// <exception cref="ExitException">The port is unavailable, for example because another program listens on it.</exception>
    internal GroupServers(LoopGroup group, int port)
    {
        _group = group;
        var sockets = OpenSockets(port, group.Loops.Count);
        EndPoint = (IPEndPoint)sockets[0].LocalEndPoint!;
        HandsOver = sockets.Count < group.Loops.Count;
        for (int i = 0; i < group.Loops.Count; i++)
            _servers.Add(new EchoServer(group.Loops[i], i < sockets.Count ? sockets[i] : null, HandsOver ? HandOver : null));
    }

    internal IPEndPoint EndPoint { get; }

    internal bool HandsOver { get; }

    /// <summary>Before the loops run, so that a failure ends the program.</summary>
    internal void Open() => _servers.ForEach(static server => server.Open());

    /// <summary>When the loops have ended: any one thread may use them then.</summary>
    internal void Close() => _servers.ForEach(static server => server.Close());

    /// <summary>What each loop has served; when the loops have ended.</summary>
    internal IReadOnlyList<LoopResult> Results() =>
        [.. _servers.Select((server, i) => new LoopResult(_group.Loops[i].Name, server.Statistics))];

    private void HandOver(Socket socket)
    {
        int next = _group.Loops.ToList().IndexOf(_group.Next());
        if (!_group.Loops[next].TryAddCallback(_servers[next].Serve, socket))
            socket.Dispose(); // the loop has ended
    }

    private static IReadOnlyList<Socket> OpenSockets(int port, int count)
    {
        var endPoint = new IPEndPoint(IPAddress.Loopback, port);
        try
        {
            return ListeningSockets.Open(endPoint, count);
        }
        catch (SocketException exception)
        {
            throw new ExitException(ExitException.Failed, $"cannot listen on {endPoint}: {exception.Message}");
        }
    }
}
