using IOLoops;
using Soak.Checking;
using Soak.Loops;

namespace Soak.Workloads;

/// <summary>Wakes a loop that does nothing else, again and again, in each way. A wake-up that is lost shows as a ping that is late.</summary>
internal sealed class PingWorkload(Life life, Random random) : Workload(life, random)
{
    internal override async Task RunAsync(CancellationToken over)
    {
        var channel = new Channel(Life, isSocket: false);
        await OnLoop(() => Add(channel)).ConfigureAwait(false);
        await Worker.Start("soak pinger", () => Ping(channel, over)).ConfigureAwait(false);
        await OnLoop(() => Remove(channel)).ConfigureAwait(false);
    }

    private void Ping(Channel channel, CancellationToken over)
    {
        var callbacks = new Lane(Life, "a ping", Work.Pings);
        var signals = new Lane(Life, "a ping from a signal", Work.Pings);
        do
        {
            int way = Random.Next(LoopAccess.Ways + 2);
            if (way == LoopAccess.Ways)
                Life.Access.PostFromSignal(signals.Take());
            else if (way > LoopAccess.Ways)
                channel.Send();
            else
                Life.Access.Wake(callbacks.Take(), way);
            if (!callbacks.WaitUntilLeft(0) || !signals.WaitUntilLeft(0) || !HasArrived(channel))
                return;
            Pause(over);
        }
        while (!over.IsCancellationRequested);
        callbacks.Finish();
        signals.Finish();
    }

    private bool HasArrived(Channel channel)
    {
        var patience = new Patience();
        while (!channel.HasAll)
        {
            if (patience.IsOver)
            {
                Life.Report(Violation.Late, $"a message to an idle loop has not arrived within {Patience.Bound.TotalSeconds} s");
                return false;
            }
            Thread.Yield();
        }
        return true;
    }

    private Task Add(Channel channel)
    {
        channel.Mask = IOEvents.Read;
        channel.IsRegistered = true;
        Life.Access.AddHandler(channel.Descriptor, (fd, events) => OnReady(channel, fd, events), channel.Mask);
        return Task.CompletedTask;
    }

    private Task Remove(Channel channel)
    {
        Life.Access.RemoveHandler(channel.Descriptor);
        channel.IsRegistered = false;
        channel.Drain();
        channel.CloseReader();
        return Task.CompletedTask;
    }

    private void OnReady(Channel channel, FileDescriptor fd, IOEvents events)
    {
        using var call = Life.Ledger.Enter("a handler");
        if (!channel.Begin(fd, events))
            return;
        if (channel.Receive(1) is null)
            Life.Report(Violation.Stale, $"a handler was called with {events} while there was nothing to read: {fd}");
        Life.Tally.Add(Work.Pings);
        channel.Finish();
    }
}
