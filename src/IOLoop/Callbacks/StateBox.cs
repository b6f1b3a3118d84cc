namespace IOLoops.Callbacks;

/// <summary>
/// Carries a value through a queue of references; rented on any thread, returned on the loop's. A loop that queues one value
/// at a time for itself rents what it returned last, and does not wait for the lock that all loops share.
/// </summary>
internal sealed class StateBox<TState>
{
    private static readonly ObjectPool<StateBox<TState>> Pool = new(256);

    [ThreadStatic]
    private static StateBox<TState>? t_spare; // in front of the pool

    private TState _value = default!;

    internal static StateBox<TState> Rent(TState value)
    {
        var box = t_spare;
        if (box is not null)
            t_spare = null;
        else
            box = Pool.Rent() ?? new StateBox<TState>();
        box._value = value;
        return box;
    }

    internal static StateBox<TState> Make(TState value) => new() { _value = value };

    internal TState Return()
    {
        var value = _value;
        _value = default!;
        if (t_spare is null)
            t_spare = this;
        else
            Pool.Return(this);
        return value;
    }
}
