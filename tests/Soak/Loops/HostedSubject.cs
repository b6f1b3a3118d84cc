using IOLoops;
using Soak.Checking;

namespace Soak.Loops;

/// <summary>A loop inside a host.</summary>
/// <param name="loop">It does not run yet.</param>
/// <param name="isHostThread">Whether the calling thread is the host's. Null: the host has none of its own.</param>
/// <param name="loseHost">Ends the host's thread; posts fail from then on. May be called again.</param>
/// <param name="endHost">What else the host has, after that.</param>
internal sealed class HostedSubject(HostedIOLoop loop, Func<bool>? isHostThread, Action loseHost, Action? endHost = null) : Subject
{
    internal override IOLoop Loop => loop;

    internal override bool IsOwnThread => isHostThread?.Invoke() ?? loop.IsOnLoopThread;

    internal override void Start() => loop.Attach();

    internal override void RunSync(Func<Task> function) => loop.RunSync(function, Patience.Bound);

    internal override Task StopAsync() => loop.StopAsync();

    internal override void LoseHost() => loseHost();

    internal override void EndHost()
    {
        loseHost();
        endHost?.Invoke();
    }
}
