using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Sources.Tests.Groups;

/// <summary>All loops of a group serve the connections of one address.</summary>
public sealed class GroupListenerTests : GroupHarness
{
    private readonly ConcurrentQueue<LoopStream> _served = [];
    private readonly List<Socket> _clients = [];

    private LoopGroupListener Listen(GroupListening listening, EndPoint? address = null)
    {
        Assert.SkipWhen(listening == GroupListening.SocketPerLoop && !ListeningSockets.CanShare, "this system does not distribute connections over sockets");
        return LoopGroupListener.Listen(Group, address ?? new IPEndPoint(IPAddress.Loopback, 0), EchoAsync, listening);
    }

    /// <summary>Returns what comes, and says first on which loop.</summary>
    private async Task EchoAsync(LoopStream stream)
    {
        await using var closes = stream;
        stream.Loop.IsOnLoopThread.ShouldBeTrue();
        _served.Enqueue(stream);
        byte[] buffer = new byte[64];
        await stream.WriteAsync(new byte[] { (byte)Group.Loops.ToList().IndexOf((PollIOLoop)stream.Loop) });
        int count;
        while ((count = await stream.ReadAsync(buffer)) > 0)
        {
            if (buffer[0] == (byte)'!')
                throw new TestException("asked for");
            await stream.WriteAsync(buffer.AsMemory(0, count));
        }
    }

    /// <returns>The number of the loop that serves.</returns>
    private async Task<int> Exchange(EndPoint address)
    {
        var client = await Connect(address);
        _clients.Add(client);
        byte[] buffer = new byte[8];
        (await Soon(client.ReceiveAsync(buffer.AsMemory(0, 1)))).ShouldBe(1);
        int loop = buffer[0];
        await Soon(client.SendAsync("to"u8.ToArray().AsMemory()));
        (await Soon(client.ReceiveAsync(buffer.AsMemory()))).ShouldBe(2);
        return loop;
    }

    public override async ValueTask DisposeAsync()
    {
        _clients.ForEach(client => client.Dispose());
        await base.DisposeAsync();
    }

    [Fact]
    public async Task One_loop_accepts_and_the_group_distributes()
    {
        using var listener = Listen(GroupListening.HandOver);
        listener.HasSocketPerLoop.ShouldBeFalse();
        int[] counts = new int[2];
        for (int i = 0; i < 20; i++)
            counts[await Exchange(listener.LocalEndPoint)]++;
        counts.ShouldBe([10, 10]);
        Log.Entries.ShouldBeEmpty();
    }

    [Fact]
    public async Task Each_loop_accepts_from_its_own_socket()
    {
        using var listener = Listen(GroupListening.SocketPerLoop);
        listener.HasSocketPerLoop.ShouldBeTrue();
        int[] counts = new int[2];
        while (counts[0] == 0 || counts[1] == 0)
        {
            counts[await Exchange(listener.LocalEndPoint)]++;
            counts.Sum().ShouldBeLessThan(200, "the system gives all connections to one socket");
        }
        Log.Entries.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(GroupListening.HandOver, 0)]
    [InlineData(GroupListening.HandOver, 1)]
    [InlineData(GroupListening.SocketPerLoop, 0)]
    [InlineData(GroupListening.SocketPerLoop, 1)]
    public async Task When_a_loop_has_ended_the_other_one_serves_all_connections(GroupListening listening, int ended)
    {
        using var listener = Listen(listening);
        await Exchange(listener.LocalEndPoint);
        await Soon(Group.Loops[ended].StopAsync());
        SpinWait.SpinUntil(() => Volatile.Read(ref EndsOfLoops) == 1, Patience).ShouldBeTrue();
        // The listener's own handler of the event was added later, and may be running.
        await Eventually(async () => await Exchange(listener.LocalEndPoint) == 1 - ended);
        for (int i = 0; i < 20; i++)
            (await Exchange(listener.LocalEndPoint)).ShouldBe(1 - ended);
    }

    private static async Task Eventually(Func<Task<bool>> happens)
    {
        for (int attempt = 0; attempt < 50; attempt++)
        {
            try
            {
                if (await happens().WaitAsync(TimeSpan.FromSeconds(2)))
                    return;
            }
            catch (Exception exception) when (exception is TimeoutException or SocketException or ShouldAssertException)
            {
                // It waited in the queue of the socket that is being closed.
            }
        }
        throw new TimeoutException("It has not happened.");
    }

    [Theory]
    [InlineData(GroupListening.HandOver)]
    [InlineData(GroupListening.SocketPerLoop)]
    public async Task What_serving_fails_with_is_a_failed_callback_and_others_are_served(GroupListening listening)
    {
        using var listener = Listen(listening);
        var failed = new TaskCompletionSource<(object?, Exception)>(TaskCreationOptions.RunContinuationsAsynchronously);
        Group.CallbackException += (loop, failure) =>
        {
            failure.Handled = true;
            failed.TrySetResult((loop, failure.Exception));
        };
        int number = await Exchange(listener.LocalEndPoint);
        await Soon(_clients[0].SendAsync("!"u8.ToArray().AsMemory()));
        var (loop, exception) = await Soon(failed.Task);
        loop.ShouldBe(Group.Loops[number]);
        exception.ShouldBeOfType<TestException>();
        for (int i = 0; i < 4; i++)
            await Exchange(listener.LocalEndPoint);
    }

    [Theory]
    [InlineData(GroupListening.HandOver)]
    [InlineData(GroupListening.SocketPerLoop)]
    public async Task Disposal_closes_the_sockets_and_what_was_accepted_is_served(GroupListening listening)
    {
        var listener = Listen(listening);
        await Exchange(listener.LocalEndPoint);
        listener.Dispose();
        listener.Dispose();
        bool isRefused = false;
        for (long began = Stopwatch.GetTimestamp(); !isRefused && Stopwatch.GetElapsedTime(began) < Patience;)
        {
            try
            {
                (await Connect(listener.LocalEndPoint)).Dispose(); // the pool may still be closing
            }
            catch (SocketException)
            {
                isRefused = true;
            }
        }
        isRefused.ShouldBeTrue();
        await Soon(_clients[0].SendAsync("again"u8.ToArray().AsMemory()));
        (await Soon(_clients[0].ReceiveAsync(new byte[8].AsMemory()))).ShouldBe(5);
    }

    [Fact]
    public async Task A_Unix_socket_is_accepted_from_by_one_loop()
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        var address = new UnixDomainSocketEndPoint(path);
        Should.Throw<PlatformNotSupportedException>(() => Listen(GroupListening.SocketPerLoop, address));
        using var listener = Listen(GroupListening.Default, address);
        listener.HasSocketPerLoop.ShouldBeFalse();
        (await Exchange(address)).ShouldBe(1 - await Exchange(address));
        File.Delete(path);
    }

    [Fact]
    public async Task A_group_that_is_disposed_of_ends_listening_without_a_word()
    {
        using var listener = Listen(GroupListening.Default);
        await Exchange(listener.LocalEndPoint);
        _clients[0].Dispose();
        await Soon(Group.DisposeAsync());
        Log.Entries.ShouldNotContain(entry => entry.Message.Contains("Accept", StringComparison.Ordinal));
        Should.Throw<ObjectDisposedException>(() => Listen(GroupListening.Default));
    }

    [Fact]
    public void Sockets_share_a_port_that_the_system_has_chosen_and_keep_others_out()
    {
        var sockets = ListeningSockets.Open(new IPEndPoint(IPAddress.Loopback, 0), 3);
        sockets.Count.ShouldBe(ListeningSockets.CanShare ? 3 : 1);
        sockets.Select(socket => socket.LocalEndPoint).Distinct().Count().ShouldBe(1);
        sockets.ShouldAllBe(socket => !socket.Blocking);
        Should.Throw<SocketException>(() => ListeningSockets.Open(sockets[0].LocalEndPoint!, 1));
        Should.Throw<ArgumentOutOfRangeException>(() => ListeningSockets.Open(sockets[0].LocalEndPoint!, 0));
        foreach (var socket in sockets)
            socket.Dispose();
    }
}
