using IOLoops;
using Soak.Checking;
using Soak.Loops;

namespace Soak.Workloads;

/// <summary>
/// Channels that come and go while another thread sends through them: removed in time, closed under the loop, duplicated, with numbers
/// that are used again at once.
/// </summary>
internal sealed partial class ChurnWorkload(Life life, Random random) : Workload(life, random)
{
    private const int Many = 12;

    private readonly List<Channel> _channels = [];
    private readonly List<(int Duplicate, Channel Channel)> _ghosts = [];
    private readonly Random _writersRandom = new(random.Next());
    private volatile Channel[] _targets = [];
    private bool _isEnding; // used on the loop's thread

    internal override async Task RunAsync(CancellationToken over)
    {
        using var hasEnded = new CancellationTokenSource();
        var sending = Worker.Start("soak sender", () => Send(hasEnded.Token));
        try
        {
            await OnLoop(() => Churn(over)).ConfigureAwait(false);
        }
        finally
        {
            await hasEnded.CancelAsync().ConfigureAwait(false);
            await sending.ConfigureAwait(false);
        }
        await WaitForAll().ConfigureAwait(false);
        await OnLoop(RemoveAll).ConfigureAwait(false);
    }

    private void Send(CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            var targets = _targets;
            for (int i = _writersRandom.Next(1, 20); i > 0 && targets.Length > 0; i--)
                targets[_writersRandom.Next(targets.Length)].Send();
            over.WaitHandle.WaitOne(_writersRandom.Next(3));
        }
    }

    private async Task Churn(CancellationToken over)
    {
        for (int i = 0; i < Many; i++)
            Add(NewChannel());
        while (!over.IsCancellationRequested)
        {
            ActOn(_channels[Random.Next(_channels.Count)]);
            await PauseOnLoop("code that churns descriptors");
        }
        _isEnding = true;
        foreach (var channel in _channels)
            Update(channel, IOEvents.Read);
    }

    private Channel NewChannel(int? over = null) => new(Life, isSocket: Chance(3), hasObject: over is null && Chance(3), over);

    private void Add(Channel channel)
    {
        channel.Mask = IOEvents.Read;
        channel.IsRegistered = true;
        Life.Access.AddHandler(channel.Descriptor, (fd, events) => OnReady(channel, fd, events), channel.Mask);
        _channels.Add(channel);
        _targets = [.. _channels];
    }

    private void Forget(Channel channel, string end)
    {
        channel.End = end;
        channel.IsRegistered = false;
        _channels.Remove(channel);
        _targets = [.. _channels];
    }

    private void Update(Channel channel, IOEvents events)
    {
        channel.Mask = events;
        Life.Access.UpdateHandler(channel.Descriptor, events);
    }

    private void OnReady(Channel channel, FileDescriptor fd, IOEvents events)
    {
        using var call = Life.Ledger.Enter("a handler");
        if (!channel.Begin(fd, events))
            return;
        int? got = channel.Receive(Random.Next(1, 8));
        if (got is null && channel.Mask != IOEvents.None)
            Life.Report(Violation.Stale, $"a handler was called with {events} while there was nothing to read: {fd}");
        if (got == 0 || (got is null && events.HasError()))
            Replace(channel);
        else if (!_isEnding && Chance(8))
            ActOn(_channels[Random.Next(_channels.Count)]);
        channel.Finish();
    }

    /// <summary>Looks again and again: a handler must not be needed to find out what handlers have left.</summary>
    private Task WaitForAll() => Worker.Start("soak waiter", () =>
    {
        var patience = new Patience();
        foreach (var channel in _targets)
        {
            while (!channel.HasAll && channel.IsRegistered)
            {
                if (patience.IsOver)
                {
                    Life.Report(Violation.Late, $"messages have not arrived within {Patience.Bound.TotalSeconds} s: fd {channel.Reader}");
                    return;
                }
                Thread.Sleep(1);
            }
        }
    });

    private Task RemoveAll()
    {
        foreach (var channel in _channels.ToArray())
            Remove(channel);
        LayGhosts();
        return Task.CompletedTask;
    }
}
