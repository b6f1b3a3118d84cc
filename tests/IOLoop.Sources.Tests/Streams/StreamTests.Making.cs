using System.Diagnostics;
using System.IO.Pipes;
using System.Net;
using System.Net.Sockets;
using Shouldly;
using Xunit;

namespace IOLoops.Sources.Tests.Streams;

public abstract partial class StreamTests
{
    [Fact]
    public void A_pipe_of_dotnet_becomes_a_stream_of_the_loop()
    {
        using var server = new AnonymousPipeServerStream(PipeDirection.In);
        using var client = new AnonymousPipeClientStream(PipeDirection.Out, server.ClientSafePipeHandle);
        InLoop("a pipe of .NET", async () =>
        {
            using var reader = LoopStream.From(Loop, server);
            using var writer = LoopStream.From(Loop, client);
            reader.CanWrite.ShouldBeFalse();
            var read = reader.ReadAsync(new byte[16]).AsTask();
            await writer.WriteAsync(Hello);
            (await read).ShouldBe(5);
        });
        Should.Throw<ObjectDisposedException>(() => server.SafePipeHandle); // the original is disposed with it
    }

    [Fact]
    public void The_output_of_a_process_of_dotnet_is_read_on_the_loop()
    {
        using var process = Process.Start(new ProcessStartInfo("echo", "hello") { RedirectStandardOutput = true })!;
        InLoop("a process", async () =>
        {
            using var output = LoopStream.From(Loop, process.StandardOutput.BaseStream);
            (await ToEndAsync(output)).ShouldBe("hello\n"u8.ToArray());
        });
        process.WaitForExit();
    }

    [Fact]
    public void A_network_stream_becomes_a_stream_of_the_loop()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = new TcpClient();
        client.Connect((IPEndPoint)listener.LocalEndpoint);
        using var server = listener.AcceptTcpClient();
        InLoop("a connection", async () =>
        {
            using var one = LoopStream.From(Loop, client.GetStream());
            using var other = LoopStream.From(Loop, server.GetStream(), leaveOpen: true);
            one.Descriptor.Object.ShouldBe(client.Client);
            var read = other.ReadAsync(new byte[16]).AsTask();
            await one.WriteAsync(Hello);
            (await read).ShouldBe(5);
            one.CompleteWrites();
            (await other.ReadAsync(new byte[16])).ShouldBe(0);
        });
        server.Connected.ShouldBeTrue("it was to be left open");
    }

    [Fact]
    public void A_socket_that_is_disposed_under_a_read_fails_it()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = new TcpClient();
        client.Connect((IPEndPoint)listener.LocalEndpoint);
        using var server = listener.AcceptTcpClient();
        InLoop("a disposed socket", async () =>
        {
            var socket = server.Client;
            using var stream = new LoopStream(Loop, socket);
            var read = stream.ReadAsync(new byte[16]).AsTask();
            await Turns(2);
            socket.Dispose();
            await Should.ThrowAsync<Exception>(() => Within(read));
        });
    }

    [Fact]
    public void A_file_stream_continues_at_its_position()
    {
        string path = Path.Combine(NewFolder(), "file");
        File.WriteAllText(path, "0123456789");
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        file.ReadByte().ShouldBe('0'); // which reads ahead
        InLoop("a file", async () =>
        {
            using var stream = LoopStream.From(Loop, file, leaveOpen: true);
            byte[] buffer = new byte[3];
            (await stream.ReadAsync(buffer)).ShouldBe(3);
            buffer.ShouldBe("123"u8.ToArray());
        });
        file.CanRead.ShouldBeTrue();
    }

    [Fact]
    public void What_a_file_stream_has_not_written_yet_is_written_first()
    {
        string path = Path.Combine(NewFolder(), "file");
        using (var file = new FileStream(path, FileMode.Create, FileAccess.ReadWrite))
        {
            file.Write("one "u8);
            InLoop("a file", async () =>
            {
                using var stream = LoopStream.From(Loop, file);
                await stream.WriteAsync("two"u8.ToArray());
            });
        }
        File.ReadAllText(path).ShouldBe("one two");
    }

    [Fact]
    public void What_may_have_read_ahead_is_refused()
    {
        var (reader, writer) = Native.NewPipe();
        using var file = new FileStream(reader, FileAccess.Read);
        using var other = writer;
        Should.Throw<ArgumentException>(() => LoopStream.From(Loop, file)).Message.ShouldContain("SafeFileHandle");
        Should.Throw<ArgumentException>(() => LoopStream.From(Loop, new MemoryStream())).Message.ShouldContain("MemoryStream");
        Should.Throw<ArgumentNullException>(() => LoopStream.From(Loop, null!));
        Should.Throw<ArgumentNullException>(() => LoopStream.CreatePipe(null!));
        Should.Throw<ArgumentNullException>(() => LoopStream.CreatePair(null!));
    }
}
