using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace IOLoops.Samples;

/// <summary>Many clients at once, on threads of the pool.</summary>
internal sealed class LoadGenerator(EndPoint server, int clients, TimeSpan duration) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ProgressEvery = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _cancellation = new();
    private string? _failure;

    internal LatencyHistogram Latencies { get; } = new();

    /// <summary>How long the clients have played.</summary>
    internal TimeSpan Elapsed { get; private set; }

    /// <summary>Ends all clients soon. Any thread.</summary>
    internal void Cancel() => _cancellation.Cancel();

    /// <summary>Runs all clients to their end.</summary>
    /// <param name="progress">Called about once a second with the seconds so far and the round trips of the last one.</param>
    /// <exception cref="ExitException">A client got a wrong echo, or none.</exception>
    internal void Run(Action<TimeSpan, double> progress)
    {
        var all = Enumerable.Range(0, clients).Select(number => new EchoClient(number, Latencies)).ToList();
        try
        {
            Play(all, progress);
        }
        finally
        {
            all.ForEach(client => client.Dispose());
        }
        if (_failure is not null)
            throw new ExitException(ExitException.Failed, _failure);
    }

    public void Dispose() => _cancellation.Dispose();

    private void Play(List<EchoClient> all, Action<TimeSpan, double> progress)
    {
        _cancellation.CancelAfter(Patience);
        Task.WhenAll(all.Select(client => Guard(() => client.ConnectAsync(server, _cancellation.Token)))).Wait();
        _cancellation.CancelAfter(duration + Patience);
        long start = Stopwatch.GetTimestamp();
        long deadline = start + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        var playing = Task.WhenAll(all.Select(client => Guard(() => client.PingPongAsync(deadline, _cancellation.Token))));
        long count = 0;
        var last = TimeSpan.Zero;
        while (!playing.Wait(ProgressEvery))
        {
            var now = Stopwatch.GetElapsedTime(start);
            long next = Latencies.Count;
            progress(now, (next - count) / (now - last).TotalSeconds);
            (count, last) = (next, now);
        }
        Elapsed = Stopwatch.GetElapsedTime(start);
    }

    /// <summary>The first failure is reported, and ends the others.</summary>
    private async Task Guard(Func<Task> play)
    {
        try
        {
            await Task.Run(play).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            Interlocked.CompareExchange(ref _failure, $"no answer within {Patience.TotalSeconds} s", null);
        }
        catch (Exception exception) when (exception is ExitException or SocketException)
        {
            Interlocked.CompareExchange(ref _failure, exception.Message, null);
            await _cancellation.CancelAsync().ConfigureAwait(false);
        }
    }
}
