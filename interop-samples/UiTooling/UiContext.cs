using System.Collections.Concurrent;
using System.Diagnostics;
using Terminal.Gui.App;

namespace IOLoops.Samples;

/// <summary>
/// Runs what is posted to it on Terminal.Gui's thread, once per iteration of its main loop. Terminal.Gui 2.5 has a
/// <see cref="SynchronizationContext"/> of its own, which does for an <c>await</c>, but not for a loop that posts its next
/// turn whenever something is left to do. Three differences matter:
/// <list type="bullet">
/// <item>What is posted here never runs inside <see cref="Post"/>; there it does, on the UI's thread.</item>
/// <item>What is posted while posted work runs waits for the next iteration when the time is up; there it runs in the same
/// one, and as long as a command writes, nothing is drawn and no key is read.</item>
/// <item><see cref="Post"/> never waits; there it takes a lock that is held while posted work runs, so that other threads
/// could not wake a UI thread that such work blocks.</item>
/// </list>
/// </summary>
internal sealed class UiContext : SynchronizationContext
{
    /// <summary>Of each iteration, which takes 40 ms: the rest is for keys, for drawing, and for other programs.</summary>
    private static readonly TimeSpan MostTime = TimeSpan.FromMilliseconds(10);

    private readonly ConcurrentQueue<(SendOrPostCallback Callback, object? State)> _posted = [];
    private readonly Thread _thread = Thread.CurrentThread;

    /// <param name="app">Runs, or will run, on the calling thread.</param>
    internal UiContext(IApplication app) => app.Iteration += (_, _) => RunPosted();

    public override void Post(SendOrPostCallback d, object? state) => _posted.Enqueue((d, state));

    public override void Send(SendOrPostCallback d, object? state)
    {
        if (Thread.CurrentThread != _thread)
            throw new NotSupportedException("Only Post can be used from other threads.");
        d(state);
    }

    public override SynchronizationContext CreateCopy() => this;

    private void RunPosted()
    {
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < MostTime && _posted.TryDequeue(out var work))
            work.Callback(work.State);
    }
}
