using IOLoops.Callbacks;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Core;

public sealed class CallbackQueueTests
{
    private readonly CallbackQueue _queue = new();

    [Fact]
    public void One_wake_serves_all_callbacks_until_the_loop_sleeps_again()
    {
        Add("a").ShouldBeTrue();
        Add("b").ShouldBeFalse();
        _queue.WakeUp();
        Add("c").ShouldBeFalse();
        Take().ShouldBe(["a", "b", "c"]);
        _queue.TrySleep().ShouldBeTrue();
        Add("d").ShouldBeTrue();
    }

    [Fact]
    public void The_loop_does_not_sleep_while_something_waits()
    {
        _queue.WakeUp();
        Add("a");
        _queue.TrySleep().ShouldBeFalse();
        Take();
        _queue.TryAddLocal(Item("b")).ShouldBeTrue();
        _queue.TrySleep().ShouldBeFalse();
        Take();
        _queue.TryAddFromSignal(Item("c"), out _).ShouldBeTrue();
        _queue.TrySleep().ShouldBeFalse();
        Take().ShouldBe(["c"]);
        _queue.TrySleep().ShouldBeTrue();
    }

    [Fact]
    public void What_the_loops_thread_adds_stays_behind_what_another_thread_added_before()
    {
        _queue.TryAddLocal(Item("local 1"));
        Add("shared");
        _queue.TryAddLocal(Item("local 2"));
        Take().ShouldBe(["local 1", "shared", "local 2"]);
    }

    [Fact]
    public void A_plain_action_of_the_loops_thread_stays_behind_what_another_thread_added_before()
    {
        var order = new List<string>();
        _queue.TryAddPlain((Action)(() => order.Add("shared")), out _);
        _queue.TryAddLocalPlain((Action)(() => order.Add("local")));
        _queue.TakeBatch();
        while (_queue.Own.Next() is Action next)
            next();
        order.ShouldBe(["shared", "local"]);
    }

    [Fact]
    public void A_batch_holds_what_was_there_when_it_was_taken()
    {
        Add("a");
        _queue.TakeBatch();
        Add("b");
        Next().ShouldBe("a");
        _queue.Own.Next().ShouldBeNull();
        Take().ShouldBe(["b"]);
    }

    [Fact]
    public void An_interrupted_batch_is_finished_before_another_is_taken()
    {
        Add("a");
        Add("b");
        _queue.TakeBatch();
        Next().ShouldBe("a");
        Add("c");
        Take().ShouldBe(["b"]);
        Take().ShouldBe(["c"]);
    }

    [Fact]
    public void Closing_hands_out_what_never_ran_and_refuses_the_rest()
    {
        Add("a");
        _queue.TryAddLocal(Item("b"));
        _queue.TryAddFromSignal(Item("c"), out _);
        _queue.Close().Select(item => item.State).ShouldBe(["a", "b", "c"]);
        _queue.TryAdd(Item("d"), out _).ShouldBeFalse();
        _queue.TryAddLocal(Item("d")).ShouldBeFalse();
        _queue.TryAddFromSignal(Item("d"), out _).ShouldBeFalse();
    }

    [Fact]
    public void Actions_without_a_context_and_all_else_keep_their_order_and_come_out_whole()
    {
        Action plain = () => { };
        var context = ExecutionContext.Capture();
        _queue.TryAdd(new WorkItem(plain, null, null, null), out _);
        Add("stateful");
        _queue.TryAdd(new WorkItem(plain, null, null, context), out _);
        _queue.TryAddPlain(plain, out _);
        _queue.TryAddFromSignal(Item("signal"), out _);
        _queue.TakeBatch();
        _queue.Own.Next().ShouldBeSameAs(plain);
        Next().ShouldBe("stateful");
        _queue.Own.Next().ShouldBeSameAs(ActionInvoker.Instance);
        var withContext = _queue.Own.Rest();
        withContext.Callback.ShouldBeSameAs(plain);
        withContext.Context.ShouldBeSameAs(context);
        _queue.Own.Next().ShouldBeSameAs(plain);
        Next().ShouldBe("signal");
        _queue.Own.Next().ShouldBeNull();
    }

    [Fact]
    public void A_run_that_ends_with_work_left_says_so_once()
    {
        _queue.WakeUp();
        Add("a");
        _queue.TrySleep().ShouldBeFalse();
        _queue.Notify();
        Add("b").ShouldBeFalse();
    }

    private static WorkItem Item(string name) => new((Action<string>)(_ => { }), name, StateInvoker<string>.Instance, null);

    private bool Add(string name)
    {
        _queue.TryAdd(Item(name), out bool wake).ShouldBeTrue();
        return wake;
    }

    private List<object?> Take()
    {
        var taken = new List<object?>();
        _queue.TakeBatch();
        while (Next() is { } state)
            taken.Add(state);
        return taken;
    }

    private object? Next() => _queue.Own.Next() is null ? null : _queue.Own.Rest().State;
}
