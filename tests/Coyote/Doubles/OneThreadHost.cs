namespace IOLoops.Coyote;

/// <summary>A host that runs one thing after another.</summary>
internal sealed class OneThreadHost : ILoopHost
{
    private readonly Queue<Action> _queue = []; // guarded by itself
    private bool _isBusy;                       // guarded by _queue

    public void Post(Action turn)
    {
        lock (_queue)
        {
            _queue.Enqueue(turn);
            if (_isBusy)
                return;
            _isBusy = true;
        }
        Threads.Start(Run);
    }

    private void Run()
    {
        while (true)
        {
            Action? next;
            lock (_queue)
            {
                _isBusy = _queue.TryDequeue(out next);
            }
            if (next is null)
                return;
            next();
        }
    }
}
