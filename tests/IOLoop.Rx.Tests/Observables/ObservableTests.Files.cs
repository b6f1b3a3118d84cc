using System.Net;
using System.Net.Sockets;
using System.Reactive.Linq;
using System.Text;
using IOLoops.Conformance;
using Microsoft.Win32.SafeHandles;
using Shouldly;
using Xunit;

namespace IOLoops.Rx.Tests;

public abstract partial class ObservableTests
{
    [Fact]
    public void A_socket_is_read_until_its_peer_ends()
    {
        var sockets = NewSocketPair();
        RawFiles.Write(sockets.Left, "hello"u8);
        Descriptors.ShutdownWrite(sockets.Left);
        ReadToEnd(sockets.Right).Select(Encoding.UTF8.GetString).ShouldBe(["hello"]);
    }

    [Fact]
    public void A_Socket_object_is_read_and_a_reset_is_an_error()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        client.Connect(listener.LocalEndPoint!);
        using var server = listener.Accept();
        client.LingerState = new LingerOption(true, 0);
        client.Close();
        var failure = ReadToFailure(server).ShouldBeOfType<IOException>();
        failure.Message.ShouldContain("errno 104"); // ECONNRESET
        failure.Message.ShouldContain($"{server.Handle}");
    }

    [Fact]
    public void An_empty_datagram_is_no_end()
    {
        using var receiver = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        using var sender = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        receiver.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        sender.Connect(receiver.LocalEndPoint!);
        sender.Send("one"u8);
        sender.Send(ReadOnlySpan<byte>.Empty);
        sender.Send("two"u8);
        var pieces = new List<string>();
        using var subscription = Loop.ObserveReads(receiver).Take(3)
            .Subscribe(bytes => pieces.Add(Encoding.UTF8.GetString(bytes.Span)), Loop.Stop);
        Run("three datagrams");
        pieces.ShouldBe(["one", "", "two"]);
    }

    [Fact]
    public void A_terminal_is_read_and_completes_when_its_other_side_is_closed()
    {
        using var terminal = new Terminal();
        RawFiles.Write(terminal.Slave, "hello"u8);
        var pieces = new List<string>();
        using var subscription = Loop.ObserveReads(terminal.Master).Subscribe(
            bytes =>
            {
                pieces.Add(Encoding.UTF8.GetString(bytes.Span));
                terminal.CloseSlave();
            },
            Loop.Stop);
        Run("the end of a terminal");
        pieces.ShouldBe(["hello"]);
    }

    [Fact]
    public void Inotify_tells_of_changed_files()
    {
        string folder = Directory.CreateTempSubdirectory("ioloop-rx-").FullName;
        try
        {
            using var watch = new DescriptorHandle(RawFiles.WatchForNewFiles(folder));
            string? name = null;
            using var subscription = Loop.ObserveReads(watch).Take(1).Subscribe(
                bytes => name = Encoding.UTF8.GetString(bytes.Span[RawFiles.InotifyHeader..]).TrimEnd('\0'), Loop.Stop);
            Loop.CallLater(Moment, () => File.WriteAllText(Path.Combine(folder, "news"), ""));
            Run("a new file");
            name.ShouldBe("news");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void An_eventfd_gives_its_count_as_eight_bytes()
    {
        var counter = NewEventFd(signalled: true);
        counter.Signal();
        long? count = null;
        using var subscription = Loop.ObserveReads(counter.Number).Take(1)
            .Subscribe(bytes => count = BitConverter.ToInt64(bytes.Span), Loop.Stop);
        Run("a count");
        count.ShouldBe(2);
    }

    [Fact]
    public void A_regular_file_is_read_to_its_end()
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, "some text");
            using var file = new DescriptorHandle(RawFiles.OpenToRead(path));
            ReadToEnd(file, 4).Select(Encoding.UTF8.GetString).ShouldBe(["some", " tex", "t"]);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Dev_null_is_at_its_end_at_once()
    {
        using var file = new DescriptorHandle(RawFiles.OpenToRead("/dev/null"));
        ReadToEnd(file).ShouldBeEmpty();
    }

    [Fact]
    public void A_handle_is_kept_open_while_it_is_observed_and_no_longer()
    {
        var pipe = NewPipe();
        var handle = new SafeFileHandle(Descriptors.Duplicate(pipe.ReadEnd), ownsHandle: true);
        int number = (int)handle.DangerousGetHandle();
        RawFiles.Write(pipe.WriteEnd, "x"u8);
        InLoop(() =>
        {
            var subscription = Loop.ObserveReads(handle).Subscribe(_ => { });
            handle.Dispose();
            Descriptors.IsOpen(number).ShouldBeTrue();
            subscription.Dispose();
        });
        Descriptors.IsOpen(number).ShouldBeFalse("the loop closes it after the call that has ended the subscription");
    }

    [Fact]
    public void What_is_opened_to_read_a_terminal_is_closed_with_the_subscription()
    {
        using var terminal = new Terminal();
        string name = LinkTarget(terminal.Slave);
        RawFiles.Write(terminal.Master, "x\n"u8);
        int opened = 0;
        using (Loop.ObserveReads(terminal.Slave).Subscribe(_ =>
        {
            opened = CountOpen(name);
            Loop.Stop();
        }))
        {
            Run("a line");
        }
        RunTurns(2);
        opened.ShouldBe(2);
        CountOpen(name).ShouldBe(1);
    }

    // Each of these blocks when it is read without need: they are opened without O_NONBLOCK.
    [Theory]
    [InlineData("pipe")]
    [InlineData("socket")]
    [InlineData("eventfd")]
    [InlineData("inotify")]
    [InlineData("terminal")]
    [InlineData("other side of a terminal")]
    public void A_read_does_not_block_when_someone_else_was_faster_and_flags_are_left_alone(string kind)
    {
        using var file = new BlockingFile(kind);
        using var duplicate = new DescriptorHandle(Descriptors.Duplicate(file.ReadEnd));
        int flags = RawFiles.Flags(file.ReadEnd);
        int reads = 0;
        void OnRead(ReadOnlyMemory<byte> bytes)
        {
            reads++;
            AfterTurns(3, Loop.Stop); // for the other one to be called, too
        }
        file.MakeReadable();
        // Both are reported in one poll; the first to be called leaves nothing for the other.
        using var one = Loop.ObserveReads(file.ReadEnd).Subscribe(OnRead);
        using var other = Loop.ObserveReads(duplicate).Subscribe(OnRead);
        Run("a read");
        reads.ShouldBe(1);
        RawFiles.Flags(file.ReadEnd).ShouldBe(flags);
        file.MakeReadable();
        Run("a second read");
        reads.ShouldBe(2);
    }

    private static string LinkTarget(int fd) => new FileInfo($"/proc/self/fd/{fd}").LinkTarget!;

    private static int CountOpen(string target) =>
        Directory.GetFiles("/proc/self/fd").Count(link => new FileInfo(link).LinkTarget == target);
}
