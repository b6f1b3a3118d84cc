using IOLoops;
using Soak.Checking;
using Soak.Loops;

namespace Soak.Workloads;

/// <summary>A thread that removes handlers from outside while it sends to them, and closes the descriptor at once.</summary>
internal sealed class RemovalWorkload(Life life, Random random) : Workload(life, random)
{
    private readonly Random _handlersRandom = new(random.Next());

    internal override Task RunAsync(CancellationToken over) => Worker.Start("soak remover", () =>
    {
        while (!over.IsCancellationRequested && Remove())
            Pause(over);
    });

    private bool Remove()
    {
        var channel = new Channel(Life, isSocket: Chance(2), hasObject: Chance(2));
        bool isAsync = Chance(3);
        if (!Ends(Life.Loop.InvokeAsync(() => Add(channel, isAsync)), "AddHandler"))
            return false;
        for (int i = Random.Next(5); i > 0; i--)
            channel.Send();
        if (Chance(2))
            Thread.SpinWait(Random.Next(5000));
        channel.Send();
        if (!Ends(Life.Access.RemoveHandlerAsync(channel.Descriptor).AsTask(), "RemoveHandlerAsync"))
            return false;
        channel.End = "removed by another thread";
        channel.IsRegistered = false;
        if (channel.IsInside)
            Life.Report(Violation.Stale, $"RemoveHandlerAsync ended while a call of the handler ran: fd {channel.Reader}");
        channel.Drain();
        channel.CloseReader();
        Life.Tally.Add(Work.Removals);
        return true;
    }

    private void Add(Channel channel, bool isAsync)
    {
        channel.Mask = IOEvents.Read;
        channel.IsRegistered = true;
        if (isAsync)
            Life.Loop.AddHandler(channel.Descriptor, (fd, events) => HandleAsync(channel, fd, events), channel.Mask);
        else
            Life.Access.AddHandler(channel.Descriptor, (fd, events) => Handle(channel, fd, events), channel.Mask);
    }

    private void Handle(Channel channel, FileDescriptor fd, IOEvents events)
    {
        using var call = Life.Ledger.Enter("a handler");
        if (!channel.Begin(fd, events))
            return;
        if (channel.Receive(2) is null)
            Life.Report(Violation.Stale, $"a handler was called with {events} while there was nothing to read: {fd}");
        channel.Finish();
    }

    private async Task HandleAsync(Channel channel, FileDescriptor fd, IOEvents events)
    {
        Life.Ledger.CheckThread("an asynchronous handler");
        if (!channel.Begin(fd, events))
            return;
        await PauseInHandler();
        if (!channel.IsRegistered)
            Life.Report(Violation.Stale, $"an asynchronous handler ran on after RemoveHandlerAsync had ended: {fd}");
        else if (channel.Receive(2) is null)
            Life.Report(Violation.Stale, $"an asynchronous handler was called with {events} while there was nothing to read: {fd}");
        channel.Finish();
    }

    /// <summary>The handlers' own chance: they run on the loop's thread.</summary>
    private async Task PauseInHandler()
    {
        if (_handlersRandom.Next(3) == 0)
            await Task.Yield();
        else
            await Task.Delay(TimeSpan.FromMicroseconds(_handlersRandom.Next(1, 5000)), Life.Loop.TimeProvider);
        Life.Ledger.CheckThread("an asynchronous handler");
    }

    private bool Ends(Task task, string what)
    {
        if (new Patience().Wait(task))
        {
            task.GetAwaiter().GetResult();
            return true;
        }
        Life.Report(Violation.Late, $"{what} has not ended within {Patience.Bound.TotalSeconds} s");
        return false;
    }
}
