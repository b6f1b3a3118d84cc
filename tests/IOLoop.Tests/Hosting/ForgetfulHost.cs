namespace IOLoops.Tests.Hosting;

/// <summary>Takes what it is given without a word, and drops some of it.</summary>
internal sealed class ForgetfulHost(StrictHost host) : IPumpableHost
{
    private int _left;

    public bool IsOnHostThread => host.IsOnHostThread;

    public bool CanPump => host.CanPump;

    /// <summary>Called where it has dropped a post, before it returns. The thread that posts.</summary>
    internal Action Forgot { get; set; } = static () => { };

    /// <summary>Drops the next posts.</summary>
    internal void Forget(int posts) => Volatile.Write(ref _left, posts);

    /// <summary>Whether it has dropped what it was to drop.</summary>
    internal bool HasForgotten => Volatile.Read(ref _left) <= 0;

    public void Post(Action turn)
    {
        if (Interlocked.Decrement(ref _left) < 0)
            host.Post(turn);
        else
            Forgot();
    }

    public void Pump(Task until) => host.Pump(until);
}
