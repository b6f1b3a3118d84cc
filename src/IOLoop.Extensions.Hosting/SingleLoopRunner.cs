namespace IOLoops.Extensions.Hosting;

/// <summary>One loop.</summary>
internal sealed class SingleLoopRunner(ApplicationIOLoop loop) : ILoopRunner
{
    private volatile bool _isStopping;

    public string Name => loop.Name;

    public IReadOnlyList<ApplicationIOLoop> Loops { get; } = [loop];

    public Action<PollIOLoop, Exception?>? LoopEnded { private get; set; }

    public async Task RunAsync()
    {
        var run = loop.RunAsync(CancellationToken.None);
        await run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_isStopping)
            LoopEnded?.Invoke(loop, run.Exception?.GetBaseException());
        await run.ConfigureAwait(false);
    }

    public void Stop()
    {
        _isStopping = true;
        loop.Stop();
    }

    public void Dispose() => loop.Dispose();

    public void Abandon() => loop.Abandon();
}
