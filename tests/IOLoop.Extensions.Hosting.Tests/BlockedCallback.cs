using Shouldly;

namespace IOLoops.Extensions.Hosting.Tests;

/// <summary>A callback that keeps its loop from everything else until it is released.</summary>
internal sealed class BlockedCallback : IDisposable
{
    private readonly ManualResetEventSlim _blocked = new();
    private readonly ManualResetEventSlim _release = new();

    /// <summary>Returns when the callback runs.</summary>
    internal BlockedCallback(IOLoop loop)
    {
        loop.AddCallback(() =>
        {
            _blocked.Set();
            _release.Wait(TestHost.Patience);
        });
        _blocked.Wait(TestHost.Patience).ShouldBeTrue();
    }

    internal void Release() => _release.Set();

    public void Dispose() => Release();
}
