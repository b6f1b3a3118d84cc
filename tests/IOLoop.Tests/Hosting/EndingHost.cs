namespace IOLoops.Tests.Hosting;

/// <summary>A pumped host that does something at the very moment when it is asked whether it can be pumped.</summary>
internal sealed class EndingHost(StrictHost host) : IPumpableHost
{
    internal Action? OnAsked { get; set; }

    public bool IsOnHostThread => host.IsOnHostThread;

    internal bool IsGone { get; set; }

    public void Post(Action turn)
    {
        if (IsGone)
            throw new InvalidOperationException("gone");
        host.Post(turn);
    }

    public bool CanPump
    {
        get
        {
            var asked = OnAsked;
            OnAsked = null;
            asked?.Invoke();
            return host.CanPump;
        }
    }

    public void Pump(Task until) => host.Pump(until);
}
