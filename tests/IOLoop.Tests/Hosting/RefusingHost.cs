namespace IOLoops.Tests.Hosting;

/// <summary>A host that refuses or drops posts while a test wants that. Turns that it has already still run.</summary>
internal sealed class RefusingHost(StrictHost host) : IPumpableHost
{
    internal volatile bool Refuses;
    internal volatile bool RefusesElsewhere; // on other threads than its own
    internal volatile bool Forgets;

    public bool IsOnHostThread => host.IsOnHostThread;

    public bool CanPump => host.CanPump;

    public void Post(Action turn)
    {
        if (Refuses || (RefusesElsewhere && !IsOnHostThread))
            throw new InvalidOperationException("refused");
        if (!Forgets)
            host.Post(turn);
    }

    public void Pump(Task until) => host.Pump(until);
}
