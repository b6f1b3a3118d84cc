using IOLoops;
using Soak.Checking;
using Soak.Loops;

namespace Soak.Workloads;

/// <summary>Waits that end by a message or are cancelled by another thread, which does either.</summary>
internal sealed class WaitWorkload(Life life, Random random) : Workload(life, random)
{
    private readonly Random _partnersRandom = new(random.Next());
    private volatile Channel? _channel;
    private volatile CancellationTokenSource? _cancellation;

    internal override async Task RunAsync(CancellationToken over)
    {
        using var hasEnded = new CancellationTokenSource();
        var partner = Worker.Start("soak partner", () => Act(hasEnded.Token));
        try
        {
            await OnLoop(() => Wait(over)).ConfigureAwait(false);
        }
        finally
        {
            await hasEnded.CancelAsync().ConfigureAwait(false);
            await partner.ConfigureAwait(false);
        }
    }

    // Until the loop's side has ended: its last wait ends by this, too.
    private void Act(CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            try
            {
                if (_partnersRandom.Next(3) > 0)
                    _channel?.Send();
                else
                    _cancellation?.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // The wait has ended already.
            }
            if (_partnersRandom.Next(2) == 0)
                over.WaitHandle.WaitOne(_partnersRandom.Next(3));
            else
                Thread.SpinWait(_partnersRandom.Next(3000));
        }
    }

    private async Task Wait(CancellationToken over)
    {
        var channel = _channel = new Channel(Life, isSocket: false);
        while (!over.IsCancellationRequested)
        {
            if (!await WaitOnce(channel))
                break;
            if (!Chance(20))
                continue;
            Close(channel);
            channel = _channel = new Channel(Life, isSocket: Chance(2), hasObject: Chance(2));
        }
        Close(channel);
    }

    private async Task<bool> WaitOnce(Channel channel)
    {
        using var cancellation = new CancellationTokenSource();
        _cancellation = cancellation;
        try
        {
            var wait = Life.Access.WaitAsync(channel.Descriptor, cancellation.Token).AsTask();
            var events = await wait.WaitAsync(Patience.Bound);
            if (!events.IsReadable() || channel.Receive(Random.Next(1, 4)) is null)
                Life.Report(Violation.Stale, $"a wait ended with {events} while there was nothing to read: fd {channel.Reader}");
        }
        catch (OperationCanceledException)
        {
            if (!cancellation.IsCancellationRequested)
                Life.Report(Violation.Failure, "a wait was cancelled that nothing has cancelled");
        }
        catch (TimeoutException)
        {
            Life.Report(Violation.Late, $"a wait has not ended within {Patience.Bound.TotalSeconds} s");
            return false;
        }
        Life.Tally.Add(Work.Waits);
        Life.Ledger.CheckThread("code that waited");
        return true;
    }

    private void Close(Channel channel)
    {
        Life.Access.RemoveHandler(channel.Descriptor);
        channel.Drain();
        channel.CloseReader();
    }
}
