using IOLoops.Conformance;
using Shouldly;

namespace IOLoops.Tests.Groups;

/// <summary>Keeps a loop busy in a handler, which is no callback.</summary>
internal sealed class BlockingHandler : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly EventFd _signal = new();
    private readonly ManualResetEventSlim _isBlocked = new();
    private readonly ManualResetEventSlim _release = new();

    internal BlockingHandler(PollIOLoop loop) => loop.AddHandler(
        _signal.Number,
        (fd, _) =>
        {
            _isBlocked.Set();
            _release.Wait(Patience);
            loop.RemoveHandler(fd);
        },
        IOEvents.Read);

    /// <summary>Returns when the loop is in the handler.</summary>
    internal void Block()
    {
        BlockSoon();
        WaitUntilBlocked();
    }

    /// <summary>Any thread. The loop is in the handler after the callbacks of the turn that is under way, or of the next one.</summary>
    internal void BlockSoon() => _signal.Signal();

    internal void WaitUntilBlocked() => _isBlocked.Wait(Patience).ShouldBeTrue();

    internal void Release() => _release.Set();

    public void Dispose()
    {
        Release();
        _signal.Dispose();
    }
}
