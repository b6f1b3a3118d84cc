using System.Net;
using System.Net.Sockets;
using IOLoops.Sources.Listening;

namespace IOLoops.Sources;

/// <summary>
/// Listens on one address for all loops of a group: each connection is served on one of them, and stays there unless
/// <see cref="LoopStream.MoveTo"/> moves it.
/// </summary>
/// <remarks>
/// <para>
/// Where the system distributes connections over several sockets, each loop accepts from a socket of its own; elsewhere one loop accepts
/// and hands over: see <see cref="GroupListening"/>.
/// </para>
/// <para>
/// When the run of a loop ends before that of its group, its socket is closed, so that new connections come to the other loops; when it
/// was the loop that accepts for all, another one does so from then on. Connections that were accepted and are not being served yet are
/// served on another loop. A loop that runs again later gets no connections from this listener, unless it is handed some. When the runs of
/// all loops have ended, though the group was not asked to stop, the listener is disposed: listen again after the next
/// <see cref="LoopGroup.RunAsync"/>.
/// </para>
/// <para>
/// Errors: what accepting fails with is reported as a failed callback of the loop that accepts, see <see cref="IOLoop.CallbackException"/>;
/// that loop accepts no more, and its socket is closed. A shortage of descriptors is waited for, as by a <see cref="LoopListener"/>.
/// </para>
/// </remarks>
public sealed class LoopGroupListener : IDisposable
{
    private readonly GroupAcceptors _acceptors;

    private LoopGroupListener(GroupAcceptors acceptors, EndPoint localEndPoint, bool hasSocketPerLoop)
    {
        _acceptors = acceptors;
        LocalEndPoint = localEndPoint;
        HasSocketPerLoop = hasSocketPerLoop;
    }

    /// <summary>The address, with the port that the system has chosen.</summary>
    public EndPoint LocalEndPoint { get; }

    /// <summary>Whether each loop accepts from a socket of its own.</summary>
    public bool HasSocketPerLoop { get; }

    /// <summary>
    /// Listens. Connections are accepted while the group runs; they may wait in the system's queue before. Any thread.
    /// </summary>
    /// <remarks>
    /// With a socket for each loop, the address is shared (SO_REUSEPORT): a second process of the same user that listens on it in the same
    /// way gets no error, and takes a part of the connections. Where that must be an error, use <see cref="GroupListening.HandOver"/>.
    /// </remarks>
    /// <param name="group">The loops.</param>
    /// <param name="endPoint">The address. An <see cref="IPEndPoint"/> with port 0: a free port.</param>
    /// <param name="serve">
    /// Called in a callback of the loop that the stream waits on, its <see cref="LoopStream.Loop"/>, for each connection. It owns the stream
    /// and disposes of it. What it or its task fails with is reported as a failed callback of that loop. The
    /// <see cref="FileDescriptor.Object"/> of the stream's <see cref="LoopStream.Descriptor"/> is the connection's <see cref="Socket"/>.
    /// </param>
    /// <param name="listening">How connections come to the loops.</param>
    /// <param name="backlog">How many connections may wait in the queue of each socket.</param>
    /// <exception cref="PlatformNotSupportedException"><see cref="GroupListening.SocketPerLoop"/>, and the system does not distribute connections of this kind of address.</exception>
    /// <exception cref="SocketException">The address is in use, or cannot be listened on.</exception>
    /// <exception cref="InvalidOperationException">The runs of all loops have ended, though the group was not asked to stop.</exception>
    /// <exception cref="ObjectDisposedException">The group was disposed of, or all its loops are closed.</exception>
    public static LoopGroupListener Listen(
        LoopGroup group, EndPoint endPoint, Func<LoopStream, Task> serve, GroupListening listening = GroupListening.Default, int backlog = 512)
    {
        ArgumentNullException.ThrowIfNull(group);
        ArgumentNullException.ThrowIfNull(endPoint);
        ArgumentNullException.ThrowIfNull(serve);
        if (!Enum.IsDefined(listening))
            throw new ArgumentOutOfRangeException(nameof(listening), listening, "Pass Default, SocketPerLoop or HandOver.");
        bool canShare = ListeningSockets.CanShare && endPoint is IPEndPoint;
        if (listening == GroupListening.SocketPerLoop && !canShare)
        {
            throw new PlatformNotSupportedException(
                $"This system does not distribute connections to {endPoint} over several sockets. Use GroupListening.HandOver, or Default.");
        }
        bool perLoop = canShare && listening != GroupListening.HandOver;
        // A socket of a loop that has ended would take its share of the connections, and keep them waiting.
        PollIOLoop[] loops = [.. group.Loops.Where(group.IsAvailable)];
        if (loops.Length == 0)
            loops = [group.Next()]; // says why there is none
        var sockets = ListeningSockets.Open(endPoint, perLoop ? loops.Length : 1, backlog);
        var localEndPoint = sockets[0].LocalEndPoint!; // before accepting begins: an accept that fails closes its socket
        var acceptors = new GroupAcceptors(group, serve, handsOver: !perLoop);
        try
        {
            acceptors.Begin(sockets, loops);
        }
        catch
        {
            acceptors.Dispose();
            throw;
        }
        return new LoopGroupListener(acceptors, localEndPoint, perLoop);
    }

    /// <summary>Closes the sockets. Connections that were accepted are served. Any thread. Again: does nothing.</summary>
    public void Dispose() => _acceptors.Dispose();
}
