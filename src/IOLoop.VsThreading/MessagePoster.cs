using System.Diagnostics;

namespace IOLoops.VsThreading;

/// <summary>
/// Posts to the thread that made it, by Windows messages. A loop that never runs: all that is used of it is its host.
/// </summary>
/// <remarks>
/// What is posted may follow one another without end, and comes before input, painting and timers. So now and then, and if any of
/// these waits, the next is run behind them.
/// </remarks>
internal sealed class MessagePoster : WindowsMessageIOLoop
{
    private static readonly TimeSpan Budget = new HostedIOLoopOptions().TurnBudget!.Value;

    private readonly IYieldingHost _host;
    private readonly Action _runNext;
    private readonly Action _runBehind;
    private readonly Queue<(SendOrPostCallback Callback, object State)> _queue = []; // guarded by itself
    private long _gaveWay = Stopwatch.GetTimestamp(); // the window's thread alone, and so is the next
    private bool _givesWay;
    private int _held; // messages that came meanwhile

    internal MessagePoster()
        : base(new HostedIOLoopOptions { Name = "WithWindowsMessages" })
    {
        _host = (IYieldingHost)Host;
        _runNext = RunNext;
        _runBehind = RunBehind;
    }

    /// <summary>Any thread.</summary>
    internal void Post(SendOrPostCallback callback, object state)
    {
        lock (_queue)
            _queue.Enqueue((callback, state));
        _host.Post(_runNext); // one message for each; what a post that fails leaves behind is never run: the thread has ended
    }

    private void RunNext()
    {
        if (_givesWay)
        {
            _held++; // of another loop of the same context, which must not fill the pause
            return;
        }
        if (Stopwatch.GetElapsedTime(_gaveWay) >= Budget)
        {
            _gaveWay = Stopwatch.GetTimestamp();
            if (_host.HasOtherWork)
            {
                _givesWay = true;
                _host.PostBehind(_runBehind);
                return;
            }
        }
        Run();
    }

    private void RunBehind()
    {
        _givesWay = false;
        _gaveWay = Stopwatch.GetTimestamp();
        for (; _held > 0; _held--)
            _host.Post(_runNext);
        Run();
    }

    private void Run()
    {
        (SendOrPostCallback Callback, object State) next;
        lock (_queue)
        {
            if (!_queue.TryDequeue(out next))
                return;
        }
        next.Callback(next.State);
    }
}
