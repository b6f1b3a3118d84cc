using System.Net;
using System.Net.Sockets;
using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Sources.Tests.Groups;

/// <summary>Loops of a group end while it listens, or before: no client is kept waiting.</summary>
public sealed class GroupListenerEndTests : GroupHarness
{
    private readonly List<Socket> _clients = [];

    private static EndPoint AnyPort => new IPEndPoint(IPAddress.Loopback, 0);

    /// <summary>Says on which loop it is, and ends with the client.</summary>
    private static async Task ServeAsync(LoopStream stream)
    {
        await using var closes = stream;
        await stream.WriteAsync(new byte[] { (byte)(stream.Loop.Name[^1] - '0') });
        await stream.ReadAsync(new byte[1]);
    }

    private LoopGroupListener Listen(GroupListening listening)
    {
        Assert.SkipWhen(listening == GroupListening.SocketPerLoop && !ListeningSockets.CanShare, "this system does not distribute connections over sockets");
        return LoopGroupListener.Listen(Group, AnyPort, ServeAsync, listening);
    }

    private async Task<Socket> ConnectClient(EndPoint address)
    {
        var client = await Connect(address);
        _clients.Add(client);
        return client;
    }

    /// <returns>The number of the loop that serves; null: the connection was closed instead.</returns>
    private static async Task<int?> ReadLoop(Socket client)
    {
        byte[] buffer = new byte[1];
        try
        {
            return await Soon(client.ReceiveAsync(buffer.AsMemory())) == 1 ? buffer[0] : null;
        }
        catch (SocketException)
        {
            return null;
        }
    }

    private async Task<int?> Exchange(EndPoint address) => await ReadLoop(await ConnectClient(address));

    /// <summary>Waits until connections are refused: handlers of the group's events, and the pool, may be at work until then.</summary>
    private static async Task IsRefused(EndPoint address)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            patience.Token.ThrowIfCancellationRequested();
            using var client = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await client.ConnectAsync(address, patience.Token);
            }
            catch (SocketException)
            {
                return;
            }
        }
    }

    private async Task End(PollIOLoop loop)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Group.LoopEnded += (_, end) => // after the listener's own handler
        {
            if (end.Loop == loop)
                ended.TrySetResult();
        };
        await Soon(loop.StopAsync());
        await Soon(ended.Task);
    }

    public override async ValueTask DisposeAsync()
    {
        _clients.ForEach(client => client.Dispose());
        await base.DisposeAsync();
    }

    [Theory]
    [InlineData(GroupListening.HandOver)]
    [InlineData(GroupListening.SocketPerLoop)]
    public async Task A_loop_that_has_ended_before_gets_no_socket(GroupListening listening)
    {
        await End(Other);
        using var listener = Listen(listening);
        for (int i = 0; i < 20; i++)
            (await Exchange(listener.LocalEndPoint)).ShouldBe(0);
    }

    [Fact]
    public async Task A_group_without_a_loop_that_runs_does_not_listen()
    {
        using var blocked = new ManualResetEventSlim();
        Group.LoopEnded += (_, _) => blocked.Wait(Patience); // the run of the group ends after that
        await Soon(One.StopAsync());
        await Soon(Other.StopAsync());
        SpinWait.SpinUntil(() => Volatile.Read(ref EndsOfLoops) == 2, Patience).ShouldBeTrue();
        Should.Throw<InvalidOperationException>(() => Listen(GroupListening.Default)).Message.ShouldContain("have ended");
        blocked.Set();
    }

    [Theory]
    [InlineData(GroupListening.HandOver)]
    [InlineData(GroupListening.SocketPerLoop)]
    public async Task When_all_loops_have_ended_clients_are_refused(GroupListening listening)
    {
        using var listener = Listen(listening);
        (await Exchange(listener.LocalEndPoint)).ShouldNotBeNull();
        await Soon(One.StopAsync());
        await Soon(Other.StopAsync());
        await IsRefused(listener.LocalEndPoint);
    }

    [Fact]
    public async Task A_connection_that_was_accepted_for_a_loop_that_ends_is_served_by_another_one()
    {
        using var listener = Listen(GroupListening.HandOver);
        using var release = new ManualResetEventSlim();
        var clients = await WaitFor(listener, release);
        release.Set();
        foreach (var client in clients)
            (await ReadLoop(client)).ShouldBe(0);
    }

    [Fact]
    public async Task A_connection_that_was_accepted_for_a_loop_that_is_closed_is_closed_with_the_last_loop()
    {
        using var listener = Listen(GroupListening.HandOver);
        using var release = new ManualResetEventSlim();
        var clients = await WaitFor(listener, release);
        var closing = Group.DisposeAsync();
        release.Set();
        await Soon(closing);
        foreach (var client in clients)
        {
            if (await ReadLoop(client) is not null)
                (await ReadLoop(client)).ShouldBeNull();
        }
    }

    /// <summary>Blocks the second loop, which then ends by itself, and returns clients of which some were accepted for it.</summary>
    private async Task<IEnumerable<Socket>> WaitFor(LoopGroupListener listener, ManualResetEventSlim release)
    {
        (await Exchange(listener.LocalEndPoint)).ShouldNotBeNull(); // so that the first loop accepts
        var isBlocked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Other.AddCallback(() =>
        {
            isBlocked.SetResult();
            release.Wait(Patience);
            Other.Stop();
        });
        await Soon(isBlocked.Task);
        var clients = new List<Socket>();
        for (int i = 0; i < 4; i++)
            clients.Add(await ConnectClient(listener.LocalEndPoint));
        // Connections are accepted in order, and for the two loops in turn.
        SpinWait.SpinUntil(() => clients.Count(client => client.Available > 0) == 2, Patience).ShouldBeTrue();
        return clients;
    }

    [Fact]
    public async Task A_connection_whose_loop_is_closed_just_then_is_given_to_another_one()
    {
        await using var group = new LoopGroup(new LoopGroupOptions { Count = 2, LoggerFactory = Log }, static options => new RefusingLoop(options));
        var run = group.RunAsync();
        using var listener = LoopGroupListener.Listen(group, AnyPort, ServeAsync, GroupListening.HandOver);
        (await Exchange(listener.LocalEndPoint)).ShouldNotBeNull(); // so that the first loop accepts
        ((RefusingLoop)group.Loops[1]).Refuses = loop => loop.DisposeAsync().AsTask().Wait(Patience);
        for (int i = 0; i < 4; i++)
            (await Exchange(listener.LocalEndPoint)).ShouldBe(0);
        await Soon(group.StopAsync());
        await Soon(run);
    }

    [Fact]
    public async Task Whatever_accepting_for_all_fails_with_is_reported_and_clients_are_refused()
    {
        await using var group = new LoopGroup(new LoopGroupOptions { Count = 2, LoggerFactory = Log }, static options => new RefusingLoop(options));
        var run = group.RunAsync();
        var failed = new TaskCompletionSource<Exception>(TaskCreationOptions.RunContinuationsAsynchronously);
        group.CallbackException += (_, failure) =>
        {
            failure.Handled = true;
            failed.TrySetResult(failure.Exception);
        };
        using var listener = LoopGroupListener.Listen(group, AnyPort, ServeAsync, GroupListening.HandOver);
        (await Exchange(listener.LocalEndPoint)).ShouldNotBeNull(); // so that the first loop accepts
        ((RefusingLoop)group.Loops[1]).Refuses = static _ => throw new TestException("no stream");
        for (int i = 0; i < 2; i++)
            _clients.Add(await Connect(listener.LocalEndPoint));
        (await Soon(failed.Task)).ShouldBeOfType<TestException>();
        await IsRefused(listener.LocalEndPoint);
        await Soon(group.StopAsync());
        await Soon(run);
    }

    private sealed class RefusingLoop(PollIOLoopOptions options) : PollIOLoop(options)
    {
        /// <summary>Called for each stream that another loop makes for this one; then there is none.</summary>
        internal Action<PollIOLoop>? Refuses { get; set; }

        public override (nint Number, object? Object) SplitFd(FileDescriptor fd)
        {
            if (Refuses is not { } refuse || IsOnLoopThread) // there a stream that it serves begins to wait
                return base.SplitFd(fd);
            refuse(this);
            throw new ObjectDisposedException(Name);
        }
    }
}
