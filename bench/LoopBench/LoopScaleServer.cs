using System.Net;
using System.Net.Sockets;
using IOLoops;
using IOLoops.Sources;

namespace LoopBench;

/// <summary>On the loops of a group: bare descriptors and handlers, as <see cref="EchoServer"/> has them on one.</summary>
internal sealed class LoopScaleServer : IScaleServer
{
    private readonly LoopGroup _group;
    private readonly IReadOnlyList<Socket> _sockets;
    private readonly ScaleServing[] _serving;
    private readonly Task _run;

    internal LoopScaleServer(int loops, GroupListening listening, int work)
    {
        _group = new LoopGroup(new LoopGroupOptions { Count = loops });
        _group.CallbackException += static (_, failure) => Program.Fail(failure.Exception);
        _sockets = ListeningSockets.Open(new IPEndPoint(IPAddress.Loopback, 0), listening == GroupListening.SocketPerLoop ? loops : 1);
        _serving = [.. _group.Loops.Select(loop => new ScaleServing(loop, work))];
        for (int i = 0; i < _sockets.Count; i++)
            _group.Loops[i].AddHandler(_sockets[i], OnConnection, IOEvents.Read);
        _run = _group.RunAsync();
    }

    public EndPoint EndPoint => _sockets[0].LocalEndPoint!;

    public double BusiestShare
    {
        get
        {
            long[] counts = Array.ConvertAll(_serving, static serving => serving.Messages);
            return counts.Max() / (double)Math.Max(1, counts.Sum());
        }
    }

    public void Dispose()
    {
        _group.StopAsync().Wait();
        _run.Wait();
        foreach (var loop in _group.Loops)
            loop.Close(allFds: true);
        _group.Dispose();
        foreach (var socket in _sockets)
            socket.Dispose();
    }

    private void OnConnection(FileDescriptor fd, IOEvents events)
    {
        nint connection;
        while ((connection = Descriptors.Accept(fd.Number)) >= 0)
        {
            var target = _sockets.Count == _serving.Length ? Here() : There();
            target.Open(connection);
        }
    }

    private ScaleServing Here() => Array.Find(_serving, static serving => serving.Loop.IsOnLoopThread)!;

    private ScaleServing There()
    {
        var next = _group.Next();
        return Array.Find(_serving, serving => serving.Loop == next)!;
    }
}
