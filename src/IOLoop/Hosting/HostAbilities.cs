namespace IOLoops.Hosting;

/// <summary>What a host can do, asked once.</summary>
internal sealed class HostAbilities(ILoopHost host)
{
    private readonly IHostThread? _thread = host as IHostThread;
    private readonly IPumpableHost? _pumpable = host as IPumpableHost;

    internal ILoopHost Host => host;

    internal IHostClock? Clock { get; } = host as IHostClock;

    internal IHostLifetime? Lifetime { get; } = host as IHostLifetime;

    internal IHostWaits? Waits { get; } = host as IHostWaits;

    /// <summary>Null: it does not know what else waits in it.</summary>
    internal IYieldingHost? Yielding { get; } = host as IYieldingHost;

    internal bool UsesVirtualTime { get; } = host is IVirtualTimeHost;

    internal bool MayNest { get; } = host is INestingHost;

    internal bool IsOnHostThread =>
        (_thread is not null && _thread.IsOnHostThread) || (InlineThread is { } inline && ReferenceEquals(inline, Thread.CurrentThread));

    /// <summary>The thread on which the host runs at once what it is posted there: its own. Null: there is none, as far as is known. Any thread.</summary>
    internal Thread? InlineThread
    {
        get => Volatile.Read(ref field);
        set => Volatile.Write(ref field, value);
    }

    /// <summary>Whether the host can be pumped on this thread.</summary>
    internal bool CanPump => _pumpable is not null && _pumpable.CanPump;

    internal void Pump(Task until) => _pumpable!.Pump(until);
}
