using System.Net;
using System.Net.Sockets;
using Shouldly;
using Xunit;

namespace IOLoops.Conformance;

/// <summary>Waits on sockets that another thread disposes of: the system does not tell, so the loop looks while it is awake.</summary>
public abstract partial class LoopConformance
{
    // Row: WaitAsync (a socket disposed by another thread)
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_wait_on_a_socket_that_another_thread_disposes_of_fails_while_the_loop_is_awake(bool byHandle)
    {
        using var listener = NewListener();
        var socket = listener;
        InLoop("a wait on a disposed socket", async () =>
        {
            FileDescriptor fd = byHandle ? socket.SafeHandle : socket;
            var reader = Loop.WaitAsync(fd, IOEvents.Read).AsTask();
            var other = Loop.WaitAsync(fd, IOEvents.None).AsTask();
            await Turns(3);
            reader.IsCompleted.ShouldBeFalse();
            OtherThread.Run(socket.Dispose);
            await Turns(3);
            reader.Exception.ShouldNotBeNull().InnerException.ShouldBeOfType<IOException>().Message.ShouldContain("was closed");
            other.IsFaulted.ShouldBeTrue();
        });
    }

    // Row: WaitAsync (a socket disposed by another thread)
    [Fact]
    public void A_wait_on_a_socket_that_is_disposed_of_during_a_turn_fails_though_nothing_wakes_the_loop_after_it()
    {
        using var listener = NewListener();
        InLoop("a wait on a socket that was disposed of during a turn", async () =>
        {
            var wait = Loop.WaitAsync(listener, IOEvents.Read).AsTask();
            await Turns(3);
            OtherThread.Run(listener.Dispose);
            await Should.ThrowAsync<IOException>(Within(wait));
        });
    }

    // Row: WaitAsync (a socket disposed by another thread)
    [Fact]
    public void Among_many_sockets_that_are_waited_for_a_disposed_one_is_found_in_turn()
    {
        const int Count = 40;
        var sockets = Enumerable.Range(0, Count).Select(_ => Own(NewListener())).ToArray();
        InLoop("waits on disposed sockets", async () =>
        {
            var waits = sockets.Select(socket => Loop.WaitAsync(socket, IOEvents.Read).AsTask()).ToArray();
            await Turns(2);
            OtherThread.Run(sockets[17].Dispose);
            OtherThread.Run(sockets[Count - 1].Dispose);
            await Turns(Count);
            waits.Select(wait => wait.IsFaulted).ShouldBe(Enumerable.Range(0, Count).Select(i => i is 17 or Count - 1));
        });
    }

    // Row: Idle (sockets that are waited for wake nobody)
    [Fact]
    public void Waits_on_sockets_that_end_and_begin_again_leave_nothing_behind()
    {
        using var listener = NewListener();
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        client.Connect(listener.LocalEndPoint!);
        InLoop("a thousand waits on a socket", async () =>
        {
            for (int i = 0; i < 1000; i++)
                (await Loop.WaitAsync(client, IOEvents.Write)).ShouldBe(IOEvents.Write);
            var wait = Loop.WaitAsync(client, IOEvents.Read).AsTask();
            OtherThread.Run(client.Dispose);
            await Turns(3);
            wait.IsFaulted.ShouldBeTrue("what a thousand waits have left is looked at first");
        });
    }

    private static Socket NewListener()
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        return listener;
    }
}
