namespace IOLoops.Callbacks;

/// <summary>A bounded stack of spare objects, for objects that are rented on one thread and returned on another.</summary>
internal sealed class ObjectPool<T>(int capacity)
    where T : class
{
    private readonly Lock _gate = new();
    private readonly T?[] _spare = new T?[capacity]; // guarded by _gate
    private int _count;                              // guarded by _gate

    /// <summary>A spare one, or null.</summary>
    internal T? Rent()
    {
        lock (_gate)
        {
            if (_count == 0)
                return null;
            var item = _spare[--_count];
            _spare[_count] = null;
            return item;
        }
    }

    internal void Return(T item)
    {
        lock (_gate)
        {
            if (_count < _spare.Length)
                _spare[_count++] = item;
        }
    }
}
