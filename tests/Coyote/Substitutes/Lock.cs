namespace IOLoops;

/// <summary>
/// Instead of <see cref="System.Threading.Lock"/>, which Coyote does not know: this one is a monitor, which it controls. The library's
/// sources find it because it is in their own namespace.
/// </summary>
internal sealed class Lock
{
    internal void Enter() => Monitor.Enter(this);

    internal void Exit() => Monitor.Exit(this);

    internal Scope EnterScope()
    {
        Monitor.Enter(this);
        return new Scope(this);
    }

    internal readonly ref struct Scope(Lock held)
    {
        public void Dispose() => held.Exit();
    }
}
