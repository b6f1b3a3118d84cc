namespace IOLoops.Conformance;

/// <summary>
/// Bounds a run: stops the loop when it takes too long, or too long without progress, and ends the process when even that does
/// not help. A loop whose state changes is slow, not stuck: on a busy machine it gets more time, though not without end.
/// </summary>
internal sealed class Guard : IDisposable
{
    private const int MostExtensions = 11; // for a loop that runs, and does not get to the end

    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(30);

    private readonly ManualResetEventSlim _finished = new();
    private readonly IOLoop _loop;
    private readonly string _awaited;
    private readonly TimeSpan _patience;
    private readonly Thread _watch;
    private string _state = ""; // of the loop when patience ended last
    private volatile bool _expired;
    private volatile bool _hasProgressed;

    internal Guard(IOLoop loop, string awaited, TimeSpan patience)
    {
        _loop = loop;
        _awaited = awaited;
        _patience = patience;
        _watch = new Thread(Watch) { IsBackground = true, Name = "Guard" };
        _watch.UnsafeStart(); // the caller's AsyncLocals are no concern of another thread's
    }

    /// <summary>The run may take that long once more. Any thread.</summary>
    internal void NoteProgress() => _hasProgressed = true;

    internal void Finish()
    {
        _finished.Set();
        _watch.Join();
        if (_expired)
            throw new TimeoutException($"Waited {_patience.TotalSeconds} s for: {_awaited}. {_state}");
    }

    public void Dispose()
    {
        _finished.Set();
        _watch.Join();
        _finished.Dispose();
    }

    private void Watch()
    {
        int extensions = 0;
        bool goesOn;
        do
        {
            _hasProgressed = false;
            if (_finished.Wait(_patience))
                return;
            string before = _state;
            _state = DescribeLoop();
            goesOn = _hasProgressed || (_state != before && extensions++ < MostExtensions);
        }
        while (goesOn);
        _expired = true;
        _loop.Stop();
        // A loop that is stuck in a callback cannot be ended; a test run that hangs reports nothing.
        if (!_finished.Wait(StopPatience))
            Environment.FailFast($"The loop is stuck and cannot be stopped. Awaited: {_awaited}. It was {_state}It is {DescribeLoop()}");
    }

    private string DescribeLoop()
    {
        var text = new StringWriter();
        _loop.DumpState(text);
        return text.ToString();
    }
}
