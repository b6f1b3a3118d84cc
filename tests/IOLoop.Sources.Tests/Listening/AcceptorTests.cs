using System.Net.Sockets;
using IOLoops.Sources.Interop;
using IOLoops.Sources.Listening;
using Shouldly;
using Xunit;

namespace IOLoops.Sources.Tests.Listening;

/// <summary>Connections that have failed before they were accepted.</summary>
public sealed class AcceptorTests : IDisposable
{
    private const int AtOnce = 64;
    private const int Queue = 4096;

    private readonly PollIOLoop _loop = new();
    private readonly Socket _listening = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Acceptor _acceptor;
    private int _errno = Errno.ECONNABORTED;
    private int _calls;

    public AcceptorTests() => _acceptor = new Acceptor(() => _loop, _listening, () =>
    {
        _calls++;
        return (null, _errno);
    });

    public void Dispose()
    {
        _listening.Dispose();
        _loop.Close();
    }

    [Fact]
    public void A_queue_of_failed_connections_is_passed_over_in_pieces()
    {
        for (int calls = AtOnce; calls <= Queue; calls += AtOnce)
        {
            _acceptor.TryAccept(out _, out _).ShouldBe(AcceptOutcome.Nothing);
            _calls.ShouldBe(calls);
        }
    }

    [Fact]
    public void Each_rest_after_a_queue_of_failed_connections_is_followed_by_as_many_tries_as_before()
    {
        while (_acceptor.TryAccept(out _, out _) == AcceptOutcome.Nothing)
            _calls.ShouldBeLessThan(2 * Queue);
        _calls = 0;
        _acceptor.TryAccept(out _, out var shortage).ShouldBe(AcceptOutcome.Shortage);
        shortage.ShouldNotBeNull().Message.ShouldContain("4096");
        _calls.ShouldBe(AtOnce);
    }

    [Fact]
    public void A_connection_whose_loop_was_closed_after_it_was_chosen_is_given_to_the_next_one()
    {
        var closed = new PollIOLoop();
        closed.Close();
        var connection = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        var loops = new Queue<IOLoop>([closed, _loop]);
        new Acceptor(loops.Dequeue, _listening, () => (connection, Errno.Ok)).TryAccept(out var stream, out _).ShouldBe(AcceptOutcome.Accepted);
        stream.ShouldNotBeNull().Loop.ShouldBe(_loop);
        stream.Dispose();
    }

    [Fact]
    public void A_connection_for_one_loop_that_is_closed_is_closed()
    {
        var closed = new PollIOLoop();
        closed.Close();
        var connection = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        Should.Throw<ObjectDisposedException>(() => new Acceptor(() => closed, _listening, () => (connection, Errno.Ok)).TryAccept(out _, out _));
        connection.SafeHandle.IsClosed.ShouldBeTrue();
    }

    [Fact]
    public void An_empty_queue_ends_the_row()
    {
        while (_acceptor.TryAccept(out _, out _) == AcceptOutcome.Nothing)
            _calls.ShouldBeLessThan(2 * Queue);
        _errno = Errno.EAGAIN;
        _acceptor.TryAccept(out _, out _).ShouldBe(AcceptOutcome.Nothing);
        _errno = Errno.ECONNABORTED;
        _acceptor.TryAccept(out _, out _).ShouldBe(AcceptOutcome.Nothing);
    }
}
