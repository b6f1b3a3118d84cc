using System.Net;
using System.Net.Sockets;
using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Sources.Tests.Streams;

/// <summary>Streams over TCP sockets of .NET: what works on every system, Windows included.</summary>
public abstract class SocketStreamTests(LoopFixture fixture) : SourceHarness(fixture)
{
    [Fact]
    public void Connections_are_read_and_written()
    {
        var (one, other) = NewConnection();
        byte[] sent = new byte[300_000];
        new Random(1).NextBytes(sent);
        InLoop("an exchange", async () =>
        {
            byte[] received = new byte[sent.Length];
            var read = other.ReadExactlyAsync(received).AsTask();
            await one.WriteAsync(sent);
            await Within(read);
            received.AsSpan().SequenceEqual(sent).ShouldBeTrue();
            one.BytesWritten.ShouldBe(sent.Length);
            Loop.IsOnLoopThread.ShouldBeTrue();
        });
    }

    [Fact]
    public void A_cancelled_read_of_a_connection_loses_nothing()
    {
        var (one, other) = NewConnection();
        InLoop("a cancelled read", async () =>
        {
            using var cancellation = new CancellationTokenSource();
            byte[] buffer = new byte[16];
            var read = other.ReadAsync(buffer, cancellation.Token).AsTask();
            await cancellation.CancelAsync();
            await Should.ThrowAsync<OperationCanceledException>(() => Within(read));
            await one.WriteAsync("hello"u8.ToArray());
            (await other.ReadAsync(buffer)).ShouldBe(5);
        });
    }

    [Fact]
    public void A_connection_ends_its_writes_and_still_reads()
    {
        var (one, other) = NewConnection();
        InLoop("half a connection", async () =>
        {
            one.CompleteWrites();
            (await Within(other.ReadAsync(new byte[16]).AsTask())).ShouldBe(0);
            await other.WriteAsync("hello"u8.ToArray());
            (await Within(one.ReadAsync(new byte[16]).AsTask())).ShouldBe(5);
        });
    }

    [Fact]
    public void Disposal_fails_the_read_of_a_connection()
    {
        var (_, other) = NewConnection();
        InLoop("a disposed stream", async () =>
        {
            var read = other.ReadAsync(new byte[16]).AsTask();
            other.Dispose();
            await Should.ThrowAsync<ObjectDisposedException>(() => Within(read));
        });
    }

    [Fact]
    public void Lines_of_an_accepted_connection_are_read()
    {
        var listening = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listening.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listening.Listen();
        var listener = Own(new LoopListener(Loop, listening));
        var client = Own(new TcpClient());
        client.Connect((IPEndPoint)listening.LocalEndPoint!);
        InLoop("lines", async () =>
        {
            await using var accepted = await Within(listener.AcceptAsync().AsTask());
            await client.GetStream().WriteAsync("one\r\ntwo\n"u8.ToArray());
            client.Client.Shutdown(SocketShutdown.Send);
            var lines = new List<string>();
            await foreach (string line in accepted.ReadLinesAsync())
                lines.Add(line);
            lines.ShouldBe(["one", "two"]);
        });
    }

    private (LoopStream One, LoopStream Other) NewConnection()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var client = Own(new TcpClient());
        client.Connect((IPEndPoint)listener.LocalEndpoint);
        var server = Own(listener.AcceptTcpClient());
        var one = Own(LoopStream.From(Loop, client.GetStream()));
        client.Client.Blocking = server.Client.Blocking = false; // on Windows one call cannot be asked not to wait
        return (one, Own(new LoopStream(Loop, server.Client)));
    }
}
