using System.Net;
using System.Net.Sockets;
using IOLoops.Conformance;
using IOLoops.Polling;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Polling;

public sealed class SocketPairWakerTests
{
    [Fact]
    public async Task Draining_ends_whatever_was_sent()
    {
        using var waker = new SocketPairWaker();
        for (int wake = 0; wake < 256; wake++) // as much as is read at a time
            waker.Wake();
        await Task.Run(waker.Drain, TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    [Fact]
    public void No_wake_is_lost_to_another_that_is_under_way()
    {
        const int Threads = 4, Wakes = 20_000;
        using var waker = new SocketPairWaker();
        using var reader = new Socket(new SafeSocketHandle(waker.Descriptor, ownsHandle: false));
        bool isAsleep = false;
        int published = 0;
        var others = Enumerable.Range(0, Threads).Select(seed => OtherThread.Start(() =>
        {
            var random = new Random(seed);
            for (int i = 0; i < Wakes; i++)
            {
                Interlocked.Increment(ref published);
                if (Interlocked.Exchange(ref isAsleep, false)) // as a loop has it: one wake for each sleep
                    waker.Wake();
                Thread.SpinWait(random.Next(3000));
            }
        })).ToArray();
        for (int seen = 0; seen < Threads * Wakes; seen = Volatile.Read(ref published))
        {
            Interlocked.Exchange(ref isAsleep, true);
            if (Volatile.Read(ref published) == seen)
                reader.Poll(TimeSpan.FromSeconds(10), SelectMode.SelectRead).ShouldBeTrue($"{seen} of {Threads * Wakes} were seen");
            waker.Drain();
            Interlocked.Exchange(ref isAsleep, false);
        }
        foreach (var other in others)
            other.Join();
    }

    [Fact]
    public void A_wake_while_the_waker_is_disposed_is_no_error()
    {
        foreach (int round in Bounded.Rounds(500))
        {
            var waker = new SocketPairWaker();
            bool isOver = false;
            int begun = 0;
            var other = OtherThread.Start(() =>
            {
                do
                {
                    waker.Wake();
                    Volatile.Write(ref begun, 1);
                }
                while (!Volatile.Read(ref isOver));
            });
            SpinWait.SpinUntil(() => Volatile.Read(ref begun) == 1);
            waker.Dispose();
            Volatile.Write(ref isOver, true);
            other.Join();
        }
    }

    [Fact]
    public void A_pair_that_somebody_has_broken_is_an_error_not_a_spin()
    {
        using var waker = new SocketPairWaker();
        using (var reader = new Socket(new SafeSocketHandle(waker.Descriptor, ownsHandle: false)))
            reader.Shutdown(SocketShutdown.Receive);
        Should.Throw<IOException>(waker.Drain);
    }

    [Fact]
    public void Strangers_are_turned_away()
    {
        using var listener = Listen();
        using var gone = ConnectTo(listener);
        gone.LingerState = new LingerOption(true, 0);
        gone.Dispose();
        using var stranger = ConnectTo(listener);
        using var own = ConnectTo(listener);
        using var accepted = SocketPairWaker.AcceptFrom(listener, own.LocalEndPoint!, TimeSpan.FromSeconds(30));
        accepted.RemoteEndPoint.ShouldBe(own.LocalEndPoint);
        stranger.Receive(new byte[1], SocketFlags.None, out _).ShouldBe(0);
    }

    [Fact]
    public void A_connection_that_never_comes_is_not_waited_for_for_ever()
    {
        using var listener = Listen();
        Should.Throw<SocketException>(() => SocketPairWaker.AcceptFrom(listener, new IPEndPoint(IPAddress.Loopback, 1), TimeSpan.FromMilliseconds(20)))
            .SocketErrorCode.ShouldBe(SocketError.TimedOut);
    }

    private static Socket Listen()
    {
        var listener = NewSocket();
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        return listener;
    }

    private static Socket ConnectTo(Socket listener)
    {
        var socket = NewSocket();
        socket.Connect(listener.LocalEndPoint!);
        return socket;
    }

    private static Socket NewSocket() => new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
}
