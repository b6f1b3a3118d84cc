using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Sources.Tests.Listening;

/// <summary>What a listener must do on every loop.</summary>
public abstract class ListenerTests(LoopFixture fixture) : SourceHarness(fixture)
{
    private const int Backlog = 128;

    private Socket NewListening()
    {
        var socket = Own(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen(Backlog);
        return socket;
    }

    private LoopListener NewListener(Socket listening) => Own(new LoopListener(Loop, listening));

    private Socket Connect(Socket listening)
    {
        var end = listening.LocalEndPoint!;
        var client = Own(new Socket(end.AddressFamily, SocketType.Stream, ProtocolType.Unspecified));
        client.Connect(end);
        return client;
    }

    private static async Task Exchange(Socket client, LoopStream stream)
    {
        byte[] buffer = new byte[8];
        client.Send("to"u8);
        (await Within(stream.ReadAsync(buffer).AsTask())).ShouldBe(2);
        await stream.WriteAsync("fro"u8.ToArray());
        client.Receive(buffer).ShouldBe(3);
    }

    [Fact]
    public void A_connection_is_a_stream_over_a_socket() => InLoop("a connection", async () =>
    {
        var listening = NewListening();
        using var listener = NewListener(listening);
        var accept = listener.AcceptAsync().AsTask();
        accept.IsCompleted.ShouldBeFalse();
        var client = Connect(listening);
        await using var stream = await Within(accept);
        Loop.IsOnLoopThread.ShouldBeTrue();
        var socket = stream.Descriptor.Object.ShouldBeOfType<Socket>();
        socket.RemoteEndPoint.ShouldBe(client.LocalEndPoint);
        socket.Blocking.ShouldBeFalse();
        await Exchange(client, stream);
    });

    [Fact]
    public void A_Unix_socket_listens_too() => InLoop("a connection", async () =>
    {
        SkipUnless(!OperatingSystem.IsWindows(), "not of Windows");
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        var listening = Own(new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified));
        listening.Bind(new UnixDomainSocketEndPoint(path));
        listening.Listen(Backlog);
        using var listener = NewListener(listening);
        var client = Own(new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified));
        client.Connect(new UnixDomainSocketEndPoint(path));
        await using var stream = await Within(listener.AcceptAsync().AsTask());
        await Exchange(client, stream);
        File.Delete(path);
    });

    [Fact]
    public void A_socket_of_a_family_that_NET_does_not_know_listens_too() => InLoop("a connection", async () =>
    {
        int number = Vsock.Listen(out uint port);
        SkipUnless(number >= 0, "this kernel has no vsock");
        var listening = Own(new Socket(new SafeSocketHandle(number, ownsHandle: true)));
        using var listener = NewListener(listening);
        var accept = listener.AcceptAsync().AsTask();
        int client = Vsock.Connect(port);
        SkipUnless(client >= 0, "this kernel has no vsock loopback");
        await using var other = new LoopStream(Loop, client);
        await using var stream = await Within(accept);
        await other.WriteAsync("to"u8.ToArray());
        (await Within(stream.ReadAsync(new byte[8]).AsTask())).ShouldBe(2);
    });

    [Fact]
    public void Many_connections_are_accepted_in_order_and_other_callbacks_get_their_turn() => InLoop("connections", async () =>
    {
        var listening = NewListening();
        using var listener = NewListener(listening);
        var clients = Enumerable.Range(0, 100).Select(_ => Connect(listening)).ToList();
        int turns = 0;
        void Tick()
        {
            turns++;
            Loop.AddCallback(Tick);
        }
        Loop.AddCallback(Tick);
        var accepted = new List<EndPoint?>();
        await foreach (var stream in listener)
        {
            accepted.Add(((Socket)stream.Descriptor.Object!).RemoteEndPoint);
            await stream.DisposeAsync();
            if (accepted.Count == clients.Count)
                break;
        }
        accepted.ShouldBe(clients.Select(client => client.LocalEndPoint));
        turns.ShouldBeInRange(1, 50);
    });

    [Fact]
    public void Cancelling_loses_no_connection() => InLoop("connections", async () =>
    {
        var listening = NewListening();
        using var listener = NewListener(listening);
        int accepted = 0, made = 0;
        foreach (int round in Bounded.Rounds(200))
        {
            using var source = new CancellationTokenSource();
            var accept = listener.AcceptAsync(source.Token).AsTask();
            var connecting = Task.Run(() => Connect(listening));
            _ = Task.Run(source.Cancel);
            made++;
            try
            {
                await (await Within(accept)).DisposeAsync();
                accepted++;
            }
            catch (OperationCanceledException exception)
            {
                exception.CancellationToken.ShouldBe(source.Token);
            }
            (await connecting).Dispose();
            NoteProgress();
        }
        for (; accepted < made; accepted++)
            await (await Within(listener.AcceptAsync().AsTask())).DisposeAsync();
        using var none = new CancellationTokenSource();
        var last = listener.AcceptAsync(none.Token).AsTask();
        await Turns(3);
        last.IsCompleted.ShouldBeFalse();
        await none.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => Within(last));
        await Should.ThrowAsync<OperationCanceledException>(async () => await listener.AcceptAsync(none.Token));
    });

    [Fact]
    public void A_second_accept_is_refused() => InLoop("a connection", async () =>
    {
        var listening = NewListening();
        using var listener = NewListener(listening);
        var accept = listener.AcceptAsync().AsTask();
        Should.Throw<InvalidOperationException>(() => listener.AcceptAsync().AsTask());
        Connect(listening);
        await (await Within(accept)).DisposeAsync();
    });

    [Fact]
    public void A_client_that_has_gone_is_no_error() => InLoop("connections", async () =>
    {
        var listening = NewListening();
        using var listener = NewListener(listening);
        var gone = Connect(listening);
        gone.LingerState = new LingerOption(true, 0); // a reset
        gone.Dispose();
        var client = Connect(listening);
        while (true)
        {
            await using var stream = await Within(listener.AcceptAsync().AsTask());
            if (Equals(((Socket)stream.Descriptor.Object!).RemoteEndPoint, client.LocalEndPoint))
                break;
        }
    });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Disposal_ends_an_accept_and_an_enumeration(bool onOtherThread) => InLoop("the end", async () =>
    {
        var listening = NewListening();
        var listener = NewListener(listening);
        var accept = listener.AcceptAsync().AsTask();
        bool isInside = true;
        var end = accept.ContinueWith(_ => (isInside, Loop.IsOnLoopThread), TaskContinuationOptions.ExecuteSynchronously);
        if (onOtherThread)
            await Task.Run(listener.Dispose);
        else
            listener.Dispose();
        isInside = false;
        (await end).ShouldBe((onOtherThread && (await end).isInside, true));
        await Should.ThrowAsync<ObjectDisposedException>(() => Within(accept));
        await Should.ThrowAsync<ObjectDisposedException>(async () => await listener.AcceptAsync());
        while (!listening.SafeHandle.IsClosed) // which the pool does, when another thread has disposed of the listener
            await Turns(1);
        Should.Throw<ObjectDisposedException>(() => listening.Listen());
        (await listener.GetAsyncEnumerator().MoveNextAsync()).ShouldBeFalse();
    });

    [Fact]
    public void A_socket_that_is_left_open_listens_again() => InLoop("a connection", async () =>
    {
        var listening = NewListening();
        var listener = new LoopListener(Loop, listening, leaveOpen: true);
        var end = listener.GetAsyncEnumerator().MoveNextAsync().AsTask();
        listener.Dispose();
        (await Within(end)).ShouldBeFalse();
        Connect(listening);
        using var next = NewListener(listening);
        await (await Within(next.AcceptAsync().AsTask())).DisposeAsync();
    });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_closed_loop_ends_an_accept(bool hasRun)
    {
        var listening = NewListening();
        var listener = NewListener(listening);
        var accept = listener.AcceptAsync().AsTask();
        if (hasRun)
            InLoop(() => { });
        Loop.Close();
        Bounded.Await(accept, "the accept");
        accept.Exception!.InnerException.ShouldBeOfType<ObjectDisposedException>();
        Should.Throw<ObjectDisposedException>(() => new LoopListener(Loop, NewListening()));
    }

    [Fact]
    public void A_socket_that_does_not_listen_is_an_error() => InLoop("an error", async () =>
    {
        var socket = Own(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        using var listener = NewListener(socket);
        var thrown = await Should.ThrowAsync<IOException>(async () => await listener.AcceptAsync());
        thrown.HResult.ShouldBe(22);
    });

    private static unsafe class Vsock
    {
        private const int Family = 40;
        private const uint Local = 1; // VMADDR_CID_LOCAL

        internal static int Listen(out uint port)
        {
            port = 0;
            if (!OperatingSystem.IsLinux())
                return -1;
            int fd = socket(Family, 1 | 0x80000, 0);
            var address = new Address { Family = Family, Port = uint.MaxValue, Cid = uint.MaxValue };
            if (fd < 0 || bind(fd, &address, sizeof(Address)) < 0 || listen(fd, 8) < 0)
                return -1;
            int length = sizeof(Address);
            _ = getsockname(fd, &address, &length);
            port = address.Port;
            return fd;
        }

        internal static int Connect(uint port)
        {
            int fd = socket(Family, 1 | 0x80000, 0);
            var address = new Address { Family = Family, Port = port, Cid = Local };
            return connect(fd, &address, sizeof(Address)) < 0 ? -1 : fd;
        }

        [DllImport("libc")]
        private static extern int socket(int domain, int type, int protocol);

        [DllImport("libc")]
        private static extern int bind(int fd, Address* address, int length);

        [DllImport("libc")]
        private static extern int listen(int fd, int backlog);

        [DllImport("libc")]
        private static extern int connect(int fd, Address* address, int length);

        [DllImport("libc")]
        private static extern int getsockname(int fd, Address* address, int* length);

        [StructLayout(LayoutKind.Sequential)]
        private struct Address
        {
            internal ushort Family;
            internal ushort Reserved;
            internal uint Port;
            internal uint Cid;
            internal uint Zero;
        }
    }
}
