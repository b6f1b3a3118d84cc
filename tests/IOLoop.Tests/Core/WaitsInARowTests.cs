using System.Runtime.InteropServices;
using IOLoops.Conformance;
using IOLoops.Polling;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Core;

/// <summary>What waits again as soon as its wait has ended asks the kernel once, instead of unregistering and registering.</summary>
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

    [Theory, InlineData(true), InlineData(false)]
    public void What_is_waited_for_again_stays_registered_until_nobody_waits(bool isHandle)
    {
        using var handle = isHandle ? new DescriptorHandle(Descriptors.Duplicate(_counter.Number)) : null;
        var waits = WaitAsync(handle, IOEvents.Read, IOEvents.Read, IOEvents.Read | IOEvents.Write);
        ChangesIn(waits).ShouldBe([1, 1, 1, 1]);
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
