using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using IOLoops.Conformance;
using IOLoops.Interop;
using IOLoops.Polling;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Polling;

/// <summary>The AFD poller over Windows' own driver and completion ports, of each kind.</summary>
[SupportedOSPlatform("windows")]
public abstract class AfdPortTests : IDisposable
{
    private const long Long = 10 * TimeSpan.TicksPerSecond;

    private readonly ReadyEvent[] _ready = new ReadyEvent[8];
    private readonly AfdPoller? _poller;

    protected AfdPortTests()
    {
        Assert.SkipUnless(OperatingSystem.IsWindows(), "only Windows has the AFD driver");
        _poller = NewPoller();
    }

    private AfdPoller Poller => _poller!;

    private protected abstract AfdPoller NewPoller();

    [Fact]
    public void A_socket_that_is_removed_while_its_poll_is_under_way_may_be_registered_at_once()
    {
        using var pair = new SocketPair();
        for (ulong token = 1; token <= 200; token++)
        {
            Poller.Register(pair.Left, token, IOEvents.Read).ShouldBe(Errno.Ok);
            Poller.Wait(_ready, 0).ShouldBe(0);
            Poller.Unregister(pair.Left).ShouldBe(Errno.Ok);
            Poller.Register(pair.Left, token + 1000, IOEvents.Read).ShouldBe(Errno.Ok);
            Descriptors.Write(pair.Right);
            Poller.Wait(_ready, Long).ShouldBe(1);
            _ready[0].ShouldBe(new ReadyEvent(token + 1000, IOEvents.Read));
            Descriptors.Read(pair.Left);
            Poller.Unregister(pair.Left).ShouldBe(Errno.Ok);
        }
        TakeAll();
        Poller.Blocks.UnderWay.ShouldBe(0);
        Poller.Blocks.Spare.ShouldBeLessThanOrEqualTo(64, "of as many registrations as there were at a time, and their cancelled polls");
    }

    [Fact]
    public void A_socket_that_is_closed_while_its_poll_is_under_way_is_forgotten()
    {
        for (int round = 0; round < 50; round++)
        {
            var pair = new SocketPair();
            Poller.Register(pair.Left, 1, IOEvents.Read).ShouldBe(Errno.Ok);
            Poller.Wait(_ready, 0).ShouldBe(0);
            int number = pair.Left;
            pair.Dispose();
            TakeAll();
            Poller.Unregister(number).ShouldBe(Errno.ENOENT);
        }
    }

    [Fact]
    public void A_number_that_another_socket_has_got_is_registered_anew()
    {
        for (int round = 0; round < 32; round++) // until the system gives the number out again
        {
            var old = new SocketPair();
            Poller.Register(old.Left, 1, IOEvents.Read).ShouldBe(Errno.Ok);
            Poller.Wait(_ready, 0).ShouldBe(0);
            int number = old.Left;
            old.Dispose();
            using var fresh = new SocketPair();
            if (fresh.Left != number && fresh.Right != number)
                continue;
            TakeAll(); // the driver needs a moment to tell
            Poller.Register(number, 2, IOEvents.Read).ShouldBe(Errno.Ok);
            Descriptors.Write(number == fresh.Left ? fresh.Right : fresh.Left);
            Poller.Wait(_ready, Long).ShouldBe(1);
            _ready[0].Token.ShouldBe(2ul);
            return;
        }
        Assert.Skip("the number was not given out again");
    }

    [Fact]
    public void Hundreds_of_sockets_report_just_those_that_are_ready()
    {
        var pairs = Enumerable.Range(0, 300).Select(_ => new SocketPair()).ToList();
        for (int i = 0; i < pairs.Count; i++)
            Poller.Register(pairs[i].Left, (ulong)i, IOEvents.Read).ShouldBe(Errno.Ok);
        Poller.Wait(_ready, 0).ShouldBe(0);
        for (int i = 0; i < pairs.Count; i += 3)
            Descriptors.Write(pairs[i].Right);
        var seen = new HashSet<ulong>();
        while (seen.Count < 100)
        {
            int count = Poller.Wait(_ready, Long);
            count.ShouldBeGreaterThan(0);
            foreach (var found in _ready.AsSpan(0, count))
            {
                (found.Token % 3).ShouldBe(0ul);
                seen.Add(found.Token);
            }
        }
        pairs.ForEach(pair => pair.Dispose());
    }

    [Fact]
    public void No_wake_is_lost_while_another_is_taken()
    {
        const int Threads = 4, Wakes = 5_000;
        bool isAsleep = false;
        int published = 0;
        var others = Enumerable.Range(0, Threads).Select(seed => OtherThread.Start(() =>
        {
            var random = new Random(seed);
            for (int i = 0; i < Wakes; i++)
            {
                Interlocked.Increment(ref published);
                if (Interlocked.Exchange(ref isAsleep, false)) // as a loop has it: one wake for each sleep
                    Poller.Wake();
                Thread.SpinWait(random.Next(3000));
            }
        })).ToArray();
        for (int seen = 0; seen < Threads * Wakes; seen = Volatile.Read(ref published))
        {
            Interlocked.Exchange(ref isAsleep, true);
            if (Volatile.Read(ref published) == seen)
            {
                long began = Environment.TickCount64;
                Poller.Wait(_ready, Long).ShouldBe(0);
                (Environment.TickCount64 - began).ShouldBeLessThan(9000, $"a wake was lost after {seen} of {Threads * Wakes}");
            }
            Interlocked.Exchange(ref isAsleep, false);
        }
        foreach (var other in others)
            other.Join();
    }

    [Fact]
    public void A_wake_while_the_poller_is_disposed_is_no_error()
    {
        foreach (int round in Bounded.Rounds(100))
        {
            var poller = NewPoller();
            bool isOver = false;
            int begun = 0;
            var other = OtherThread.Start(() =>
            {
                do
                {
                    poller.Wake();
                    Volatile.Write(ref begun, 1);
                }
                while (!Volatile.Read(ref isOver));
            });
            SpinWait.SpinUntil(() => Volatile.Read(ref begun) == 1);
            for (int wait = 0; wait < round % 10; wait++)
                poller.Wait(_ready, 0); // so that the next wake posts again
            poller.Dispose();
            Volatile.Write(ref isOver, true);
            other.Join();
        }
    }

    [Fact]
    public void A_wake_after_the_poller_was_disposed_of_is_no_error()
    {
        var poller = NewPoller();
        poller.Wake();
        poller.Wait(_ready, Long).ShouldBe(0);
        poller.Dispose();
        poller.Wake();
        poller.Wake();
    }

    [Fact]
    public void A_poller_that_is_disposed_of_takes_all_polls_back()
    {
        using var pair = new SocketPair();
        var poller = NewPoller();
        poller.Register(pair.Left, 1, IOEvents.Read).ShouldBe(Errno.Ok);
        poller.Register(pair.Right, 2, IOEvents.Read).ShouldBe(Errno.Ok);
        poller.Wait(_ready, 0).ShouldBe(0);
        poller.Blocks.UnderWay.ShouldBe(2);
        poller.Dispose();
        poller.Blocks.UnderWay.ShouldBe(0);
    }

    [Fact]
    public void A_connect_that_has_ended_is_reported_to_its_writer_and_not_to_its_reader()
    {
        using var listener = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { DualMode = true };
        listener.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
        listener.Listen();
        using var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(listener.LocalEndPoint!);
        Poller.Register((int)socket.Handle, 1, IOEvents.Read).ShouldBe(Errno.Ok);
        Poller.Wait(_ready, 0).ShouldBe(0);
        Poller.Wait(_ready, TimeSpan.TicksPerMillisecond).ShouldBe(0);
        Poller.Modify((int)socket.Handle, 1, IOEvents.Write).ShouldBe(Errno.Ok);
        Poller.Wait(_ready, Long).ShouldBe(1);
        _ready[0].Events.ShouldBe(IOEvents.Write);
    }

    [Fact]
    public void A_writer_is_not_told_that_its_peer_writes_no_more()
    {
        using var pair = new SocketPair();
        Poller.Register(pair.Left, 1, IOEvents.Read).ShouldBe(Errno.Ok);
        Descriptors.ShutdownWrite(pair.Right);
        Poller.Wait(_ready, Long).ShouldBe(1);
        _ready[0].Events.ShouldBe(IOEvents.Read | IOEvents.ReadHangUp);
        Poller.Modify(pair.Left, 1, IOEvents.Write).ShouldBe(Errno.Ok);
        for (int wait = 0; wait < 3; wait++)
        {
            Poller.Wait(_ready, Long).ShouldBe(1);
            _ready[0].Events.ShouldBe(IOEvents.Write, "the connection is whole, and can be written");
        }
        Poller.Modify(pair.Left, 1, IOEvents.None).ShouldBe(Errno.Ok);
        Poller.Wait(_ready, Long).ShouldBe(1);
        (_ready[0].Events & IOEvents.Error).ShouldNotBe(IOEvents.None);
    }

    public void Dispose()
    {
        _poller?.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Lets the system complete what was cancelled or closed.</summary>
    private void TakeAll() => SpinWait.SpinUntil(
        () =>
        {
            Poller.Wait(_ready, TimeSpan.TicksPerMillisecond);
            return Poller.Blocks.UnderWay == 0;
        },
        TimeSpan.FromSeconds(10)).ShouldBeTrue("a poll has not completed");
}
