namespace IOLoops.Core;

/// <summary>Carries a value through a queue of references; rented on any thread, returned on the loop's.</summary>
internal sealed class StateBox<TState>
{
    private static readonly ObjectPool<StateBox<TState>> Pool = new(256);

    private TState _value = default!;

    internal static StateBox<TState> Rent(TState value)
    {
        var box = Pool.Rent() ?? new StateBox<TState>();
        box._value = value;
        return box;
    }

    internal static StateBox<TState> Make(TState value) => new() { _value = value };

    internal TState Return()
    {
        var value = _value;
        _value = default!;
        Pool.Return(this);
        return value;
    }
}
