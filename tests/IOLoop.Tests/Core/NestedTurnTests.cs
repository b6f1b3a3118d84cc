using IOLoops.Conformance;
using IOLoops.Interop;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Core;

/// <summary>A turn inside a turn, as a host that is pumped from a handler runs it.</summary>
public sealed class NestedTurnTests : IDisposable
{
    private const int MostTurns = 3;

    private readonly PollIOLoop _loop = new(new PollIOLoopOptions { Poller = PollerKind.Epoll });
    private readonly EventFd _first = new();
    private readonly EventFd _second = new();
    private readonly List<string> _ran = [];

    [Fact]
    public void An_interrupted_batch_of_callbacks_is_finished_by_the_nested_turn_in_order()
    {
        _loop.AddCallback(() =>
        {
            _ran.Add("a");
            _loop.AddCallback(() => _ran.Add("d"));
            Nest();
            _ran.Add("a ends");
        });
        _loop.AddCallback(() => _ran.Add("b"));
        _loop.AddCallback(() => _ran.Add("c"));
        _loop.RunOnce(TimeSpan.Zero);
        _ran.ShouldBe(["a", "b", "c", "a ends"]);
        _loop.RunOnce(TimeSpan.Zero);
        _ran.ShouldBe(["a", "b", "c", "a ends", "d"]);
    }

    [Fact]
    public void A_turn_nested_in_the_last_callback_of_a_batch_runs_what_was_added_once()
    {
        _loop.AddCallback(() =>
        {
            _ran.Add("a");
            _loop.AddCallback(() => _ran.Add("b"));
            _loop.AddCallback(_ran.Add, "c");
            Nest();
            _ran.Add("a ends");
        });
        _loop.RunOnce(TimeSpan.Zero);
        _loop.RunOnce(TimeSpan.Zero);
        _ran.ShouldBe(["a", "b", "c", "a ends"]);
    }

    [Fact]
    public void An_interrupted_batch_of_timeouts_is_finished_by_the_nested_turn_in_order()
    {
        _loop.CallLater(TimeSpan.FromTicks(-3), () =>
        {
            _ran.Add("a");
            Nest();
            _ran.Add("a ends");
        });
        _loop.CallLater(TimeSpan.FromTicks(-1), () => _ran.Add("b"));
        _loop.RunOnce(TimeSpan.Zero);
        _ran.ShouldBe(["a", "b", "a ends"]);
    }

    [Fact]
    public void An_interrupted_batch_of_handlers_is_finished_by_the_nested_turn_each_once()
    {
        Watch(_first, "first", nest: true);
        Watch(_second, "second", nest: true);
        _loop.RunOnce(TimeSpan.Zero);
        _ran.Count.ShouldBe(4);
        _ran[1].ShouldBe(_ran[0] == "first" ? "second" : "first");
        _ran[2].ShouldBe(_ran[1] + " ends");
        _ran[3].ShouldBe(_ran[0] + " ends");
    }

    [Fact]
    public void A_handler_on_the_stack_is_not_entered_again_and_is_called_again_when_it_has_returned()
    {
        int depth = 0;
        int calls = 0;
        _loop.AddHandler(_first.Number, (_, _) =>
        {
            calls++;
            (++depth).ShouldBe(1);
            if (calls == 1)
            {
                for (int i = 0; i < 3; i++)
                    Nest();
            }
            depth--;
        }, IOEvents.Read);
        _first.Signal();
        _loop.RunOnce(TimeSpan.Zero);
        calls.ShouldBe(1);
        _loop.RunOnce(TimeSpan.Zero);
        calls.ShouldBe(2, "level-triggered: it was never drained");
    }

    [Fact]
    public void A_masked_descriptor_is_silent_so_that_nested_turns_can_sleep()
    {
        using var pair = new SocketPair();
        var turns = new List<int>();
        _loop.AddHandler(pair.Left, (_, _) =>
        {
            Nest(); // reported once more, and masked
            for (int wake = 0; wake < 5; wake++)
                turns.Add(TurnsUntilWokenFromSleep());
            Nest(); // runs what the last wake has added
        }, IOEvents.Read);
        Descriptors.Close(pair.Right);
        _loop.RunOnce(TimeSpan.Zero);
        // One sleeps, one runs what has woken it; and the kernel may report once more a descriptor that is ready and hung up.
        turns.Count.ShouldBe(5);
        turns.ShouldAllBe(count => count <= MostTurns);
    }

    [Fact]
    public void A_handler_removed_by_a_nested_turn_of_its_own_call_is_not_called_again()
    {
        int calls = 0;
        _loop.AddHandler(_first.Number, (fd, _) =>
        {
            calls++;
            _loop.AddCallback(() => _loop.RemoveHandler(fd));
            Nest();
            Nest();
        }, IOEvents.Read);
        _first.Signal();
        _loop.RunOnce(TimeSpan.Zero);
        _loop.RunOnce(TimeSpan.Zero);
        calls.ShouldBe(1);
    }

    [Fact]
    public async Task Whoever_removes_a_running_handler_from_a_nested_turn_waits_for_its_return()
    {
        Task? removal = null;
        _loop.AddHandler(_first.Number, (fd, _) =>
        {
            _loop.AddCallback(() => removal = _loop.RemoveHandlerAsync(fd).AsTask());
            Nest();
            removal.ShouldNotBeNull().IsCompleted.ShouldBeFalse();
        }, IOEvents.Read);
        _first.Signal();
        _loop.RunOnce(TimeSpan.Zero);
        await removal.ShouldNotBeNull().WaitAsync(TimeSpan.FromSeconds(10));
    }

    public void Dispose()
    {
        _loop.Close();
        _first.Dispose();
        _second.Dispose();
    }

    /// <summary>Runs turns that wait without a limit. Another thread ends that with a callback as soon as this thread sleeps in one of them.</summary>
    private int TurnsUntilWokenFromSleep()
    {
        long thread = NativeThread.CurrentId;
        bool hasBegun = false; // before that it sleeps until the other thread runs
        bool isOver = false;
        bool isWoken = false;
        var waking = OtherThread.Start(() =>
        {
            Bounded.Until(() => Volatile.Read(ref isOver) || (Volatile.Read(ref hasBegun) && IsAsleep(thread)), "the loop's thread sleeps");
            _loop.AddCallback(() =>
            {
                isWoken = true;
                _loop.AddCallback(() => { }); // or this turn would sleep without end
            });
        });
        Volatile.Write(ref hasBegun, true);
        int turns = 0;
        for (; !isWoken && turns <= MostTurns; turns++)
            _loop.Core.ShouldNotBeNull().Turn(-1);
        Volatile.Write(ref isOver, true);
        waking.Join();
        return turns;
    }

    /// <summary>A thread that spins is running or runnable, however seldom it gets to run.</summary>
    private static bool IsAsleep(long thread)
    {
        string stat = File.ReadAllText($"/proc/self/task/{thread}/stat");
        return stat[stat.LastIndexOf(')') + 2] == 'S';
    }

    private void Nest() => _loop.Core.ShouldNotBeNull().Turn(0);

    private void Watch(EventFd file, string name, bool nest)
    {
        file.Signal();
        _loop.AddHandler(file.Number, (fd, _) =>
        {
            _ran.Add(name);
            file.Drain();
            if (nest)
                Nest();
            _ran.Add(name + " ends");
        }, IOEvents.Read);
    }
}
