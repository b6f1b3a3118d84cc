using IOLoops;

namespace Faults;

/// <summary>A thread with a queue: what a hosted loop runs in.</summary>
internal sealed class PumpedHost : IDisposable
{
    private readonly AutoResetEvent _posted = new(false);
    private readonly ManualResetEventSlim _ready = new();
    private volatile bool _isOver;

    internal PumpedHost()
    {
        new Thread(Pump) { IsBackground = true, Name = "faults host" }.Start();
        _ready.Wait();
    }

    internal PumpedSynchronizationContext Context { get; private set; } = null!;

    /// <summary>Calls on the host's thread, and throws what the call throws.</summary>
    internal T Call<T>(Func<T> function)
    {
        T result = default!;
        Context.Send(_ => result = function(), null);
        return result;
    }

    public void Dispose()
    {
        _isOver = true;
        _posted.Set();
    }

    private void Pump()
    {
        Context = new PumpedSynchronizationContext(() => _posted.Set());
        SynchronizationContext.SetSynchronizationContext(Context);
        _ready.Set();
        while (!_isOver)
        {
            _posted.WaitOne();
            Context.RunPosted(TimeSpan.FromMilliseconds(10));
        }
    }
}
