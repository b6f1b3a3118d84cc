namespace IOLoops.Samples;

/// <summary>What a server has done. Written by handlers, one at a time; read when the loop has ended.</summary>
internal sealed class ServerStatistics
{
    private readonly HashSet<int> _threads = [];
    private int _lastThread;
    private string? _firstThread;

    internal long Connections { get; set; }

    /// <summary>How many reads returned data: for a client that waits for each echo, its messages.</summary>
    internal long Messages { get; private set; }

    internal long Bytes { get; private set; }

    /// <summary>The thread that ran the handlers, or how many there were.</summary>
    internal string Threads => _threads.Count <= 1 ? _firstThread ?? "none" : $"{_threads.Count} threads in turn";

    /// <summary>Called by every handler.</summary>
    internal void CountCall()
    {
        int thread = Environment.CurrentManagedThreadId;
        if (thread == _lastThread)
            return;
        _lastThread = thread;
        _threads.Add(thread);
        _firstThread ??= $"\"{Thread.CurrentThread.Name ?? "unnamed"}\" (id {thread})";
    }

    internal void CountMessage(int bytes)
    {
        Messages++;
        Bytes += bytes;
    }
}
