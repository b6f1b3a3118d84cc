using System.Net.Sockets;
using IOLoops.Conformance;
using IOLoops.Polling;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Core;

/// <summary>When a turn asks the kernel.</summary>
public sealed class PollsTests : IDisposable
{
    private const int Turns = 20;

    private readonly CountingPoller _poller;
    private readonly PollIOLoop _loop;
    private readonly EventFd _counter = new();

    public PollsTests()
    {
        CountingPoller? poller = null;
        _loop = new PollIOLoop(new PollIOLoopOptions(), (kind, waker) => poller = new CountingPoller(PollerFactory.Create(kind, waker)));
        _poller = poller!;
    }

    public void Dispose()
    {
        _loop.Dispose();
        _counter.Dispose();
    }

    [Fact]
    public void A_loop_without_descriptors_asks_the_kernel_nothing_while_callbacks_wait() => PollsInTurns().ShouldBe(0);

    [Fact]
    public void A_loop_with_a_descriptor_asks_the_kernel_in_each_turn()
    {
        _loop.AddHandler(_counter.Number, static (_, _) => { }, IOEvents.Read);
        PollsInTurns().ShouldBe(Turns);
    }

    [Fact]
    public void A_file_that_is_always_ready_counts_as_a_descriptor()
    {
        using var file = File.OpenHandle("/dev/null");
        _loop.AddHandler(file, static (_, _) => { }, IOEvents.None);
        PollsInTurns().ShouldBe(Turns);
    }

    [Fact]
    public void After_its_last_descriptor_is_removed_it_asks_nothing_again()
    {
        _loop.AddHandler(_counter.Number, static (_, _) => { }, IOEvents.Read);
        _loop.RemoveHandler(_counter.Number);
        PollsInTurns().ShouldBe(0);
    }

    [Fact]
    public void A_wait_on_a_socket_that_is_over_counts_until_the_loop_has_seen_that()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        PollsInTurns(() =>
        {
            _loop.WaitAsync(socket, IOEvents.Read).AsTask().ContinueWith(static wait => wait.Exception, TaskScheduler.Default);
            _loop.RemoveHandler(socket);
        }).ShouldBe(Turns);
    }

    [Fact]
    public void A_loop_that_is_driven_turn_by_turn_asks_the_kernel_in_each()
    {
        int ran = 0;
        Action<object?> again = null!;
        again = _ =>
        {
            ran++;
            _loop.AddCallback(again, null);
        };
        _loop.AddCallback(again, null);
        for (int turn = 1; turn <= Turns; turn++)
        {
            _loop.RunOnce(TimeSpan.Zero);
            ran.ShouldBe(turn);
            _poller.Waits.ShouldBe(turn);
        }
    }

    [Fact]
    public void What_a_callback_registers_is_seen_before_the_callback_that_it_adds()
    {
        var order = new List<string>();
        _counter.Signal();
        _loop.AddCallback(() =>
        {
            _loop.AddHandler(_counter.Number, (fd, _) =>
            {
                _loop.RemoveHandler(fd);
                order.Add("handler");
            }, IOEvents.Read);
            _loop.AddCallback(() =>
            {
                order.Add("callback");
                _loop.Stop();
            });
        });
        _loop.Start();
        order.ShouldBe(["handler", "callback"]);
    }

    /// <summary>How often the kernel was asked from one callback to the one that runs some turns later, each turn adding a callback for the next.</summary>
    private int PollsInTurns(Action? inEach = null)
    {
        int left = Turns;
        int before = 0;
        int polls = -1;
        Action<object?> again = null!;
        again = _ =>
        {
            if (left == Turns)
                before = _poller.Waits;
            inEach?.Invoke();
            if (left-- > 0)
            {
                _loop.AddCallback(again, null);
                return;
            }
            polls = _poller.Waits - before;
            _loop.Stop();
        };
        _loop.AddCallback(again, null);
        _loop.Start();
        return polls;
    }
}
