using System.Runtime.InteropServices;
using IOLoops.Conformance;
using IOLoops.Polling;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Core;

/// <summary>What waits again as soon as its wait has ended changes nothing in the kernel.</summary>
public sealed class WaitsInARowTests : IDisposable
{
    private readonly CountingPoller _poller;
    private readonly PollIOLoop _loop;
    private readonly EventFd _counter = new();

    public WaitsInARowTests()
    {
        CountingPoller? poller = null;
        _loop = new PollIOLoop(new PollIOLoopOptions(), (kind, waker) => poller = new CountingPoller(PollerFactory.Create(kind, waker)));
        _poller = poller!;
    }

    [Fact]
    public void A_handle_that_is_waited_for_again_stays_registered_until_nobody_waits()
    {
        using var handle = new DescriptorHandle(Descriptors.Duplicate(_counter.Number));
        var waits = WaitAsync(handle, IOEvents.Read, IOEvents.Read, IOEvents.Read);
        ChangesIn(waits).ShouldBe([1, 0, 0, 1]);
    }

    [Fact]
    public void Other_events_of_the_same_handle_cost_one_change()
    {
        using var handle = new DescriptorHandle(Descriptors.Duplicate(_counter.Number));
        var waits = WaitAsync(handle, IOEvents.Read, IOEvents.Read | IOEvents.Write, IOEvents.Read);
        ChangesIn(waits).ShouldBe([1, 1, 1, 1]);
    }

    [Fact]
    public void The_kernel_is_asked_whether_a_bare_number_is_still_the_same()
    {
        var waits = WaitAsync(null, IOEvents.Read, IOEvents.Read);
        ChangesIn(waits).ShouldBe([1, 2, 1]);
    }

    public void Dispose()
    {
        _loop.Dispose();
        _counter.Dispose();
    }

    private async Task WaitAsync(SafeHandle? handle, params IOEvents[] waits)
    {
        foreach (var events in waits)
            await _loop.WaitAsync(handle is null ? _counter.Number : handle, events).ConfigureAwait(false);
    }

    /// <summary>How many changes there were until the first wait, and in each turn that ended one.</summary>
    private List<int> ChangesIn(Task waits)
    {
        var changes = new List<int> { _poller.Changes };
        _counter.Signal();
        while (!waits.IsCompleted)
        {
            int before = _poller.Changes;
            _loop.RunOnce(Bounded.Patience);
            changes.Add(_poller.Changes - before);
        }
        return changes;
    }
}
