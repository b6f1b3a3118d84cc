using CsCheck;
using IOLoops.Callbacks;
using IOLoops.Timeouts;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Core;

public sealed class TimeoutQueueTests
{
    private readonly TimeoutQueue _queue = new();
    private readonly List<string> _ran = [];

    [Fact]
    public void Timeouts_run_by_deadline_and_then_by_insertion()
    {
        Add(20, "c");
        Add(10, "a");
        Add(20, "d");
        Add(10, "b");
        RunDue(20);
        _ran.ShouldBe(["a", "b", "c", "d"]);
        _queue.Count.ShouldBe(0);
    }

    [Fact]
    public void A_timeout_is_not_due_before_its_deadline()
    {
        Add(10, "a");
        RunDue(9);
        _ran.ShouldBeEmpty();
        RunDue(10);
        _ran.ShouldBe(["a"]);
    }

    [Fact]
    public void A_timeout_added_while_others_are_due_waits_for_the_next_batch()
    {
        Add(10, "a");
        Add(11, "b");
        _queue.TakeDue(20, long.MaxValue);
        _queue.TryNextDue(out var first).ShouldBeTrue();
        Run(first);
        Add(1, "late");
        RunDue(20);
        _ran.ShouldBe(["a", "b"]);
        RunDue(20);
        _ran.ShouldBe(["a", "b", "late"]);
    }

    [Fact]
    public void Timeouts_inserted_after_a_given_one_stay_and_hold_up_no_other()
    {
        Add(5, "b");
        Add(6, "c");
        long until = _queue.LastId;
        Add(1, "later");
        _queue.TakeDue(10, until);
        while (_queue.TryNextDue(out var item))
            Run(item);
        _ran.ShouldBe(["b", "c"]);
        RunDue(10);
        _ran.ShouldBe(["b", "c", "later"]);
        _queue.IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public void A_timeout_removed_while_due_does_not_run()
    {
        Add(1, "a");
        var b = Add(2, "b");
        Add(3, "c");
        _queue.TakeDue(5, long.MaxValue);
        _queue.Remove(b, out _).ShouldBeTrue();
        _queue.Remove(b, out _).ShouldBeFalse();
        RunDue(5);
        _ran.ShouldBe(["a", "c"]);
    }

    [Fact]
    public void When_all_that_are_due_were_removed_nothing_is_left_of_the_batch()
    {
        var a = Add(1, "a");
        Add(1, "b");
        var c = Add(1, "c");
        _queue.TakeDue(1, long.MaxValue);
        _queue.Remove(a, out _).ShouldBeTrue();
        _queue.TryNextDue(out var item).ShouldBeTrue();
        Run(item);
        _queue.HasDueBatch.ShouldBeTrue();
        _queue.Remove(c, out _).ShouldBeTrue();
        _queue.HasDueBatch.ShouldBeFalse();
        Add(1, "d");
        RunDue(1);
        _ran.ShouldBe(["b", "d"]);
    }

    [Fact]
    public void A_handle_of_a_timeout_that_ran_stands_for_nothing_also_when_its_slot_is_used_again()
    {
        var old = Add(1, "old");
        RunDue(1);
        Add(1, "new");
        _queue.Remove(old, out _).ShouldBeFalse();
        RunDue(1);
        _ran.ShouldBe(["old", "new"]);
    }

    [Fact]
    public void A_handle_of_another_queue_is_refused()
    {
        var other = new TimeoutQueue();
        var handle = other.Add(1, default);
        Should.Throw<ArgumentException>(() => _queue.Remove(handle, out _));
        other.TakeDue(1, long.MaxValue);
        Should.Throw<ArgumentException>(() => _queue.Remove(handle, out _));
        other.Remove(handle, out _).ShouldBeTrue();
        other.Remove(handle, out _).ShouldBeFalse();
        Should.Throw<ArgumentException>(() => _queue.Remove(handle, out _));
    }

    [Fact]
    public void Any_sequence_of_adding_removing_and_running_does_what_a_sorted_list_does()
    {
        var operation = Gen.OneOf(
            Gen.Int[0, 50].Select(deadline => (Kind: 'a', Value: deadline)),
            Gen.Int[0, 200].Select(which => (Kind: 'r', Value: which)),
            Gen.Int[0, 50].Select(now => (Kind: 'd', Value: now)));
        operation.List[0, 400].Sample(operations =>
        {
            var queue = new TimeoutQueue();
            var model = new List<(int Deadline, int Id)>();
            var handles = new List<TimeoutHandle>();
            foreach (var (kind, value) in operations)
            {
                if (kind == 'a')
                {
                    model.Add((value, handles.Count));
                    handles.Add(queue.Add(value, Item(handles.Count.ToString())));
                }
                else if (kind == 'r' && handles.Count > 0)
                {
                    int id = value % handles.Count;
                    bool expected = model.RemoveAll(entry => entry.Id == id) == 1;
                    if (queue.Remove(handles[id], out _) != expected)
                        return false;
                }
                else if (kind == 'd')
                {
                    var expected = model.Where(entry => entry.Deadline <= value).OrderBy(entry => entry).Select(entry => entry.Id.ToString()).ToList();
                    model.RemoveAll(entry => entry.Deadline <= value);
                    var got = new List<string>();
                    queue.TakeDue(value, long.MaxValue);
                    while (queue.TryNextDue(out var item))
                        got.Add((string)item.State!);
                    if (!got.SequenceEqual(expected))
                        return false;
                }
                if (queue.Count != model.Count)
                    return false;
            }
            return true;
        });
    }

    [Theory]
    [InlineData(100)]
    [InlineData(5_000)]
    public void However_many_are_due_at_once_they_run_in_order_and_the_rest_stays_in_order(int count)
    {
        var random = new Random(count);
        var expected = new List<(int Deadline, int Id)>();
        for (int id = 0; id < count; id++)
        {
            int deadline = random.Next(50);
            expected.Add((deadline, id));
            _queue.Add(deadline, Item(id.ToString()));
        }
        long until = _queue.LastId;
        Add(-1, "later");
        _queue.TakeDue(30, until);
        while (_queue.TryNextDue(out var item))
            Run(item);
        _ran.ShouldBe(expected.Where(entry => entry.Deadline <= 30).OrderBy(entry => entry).Select(entry => entry.Id.ToString()));
        _ran.Clear();
        RunDue(100);
        _ran.ShouldBe(["later", .. expected.Where(entry => entry.Deadline > 30).OrderBy(entry => entry).Select(entry => entry.Id.ToString())]);
    }

    private static WorkItem Item(string name) => new(() => { }, name, null, null);

    private TimeoutHandle Add(long deadline, string name) => _queue.Add(deadline, Item(name));

    private void RunDue(long now)
    {
        _queue.TakeDue(now, long.MaxValue);
        while (_queue.TryNextDue(out var item))
            Run(item);
    }

    private void Run(in WorkItem item) => _ran.Add((string)item.State!);
}
