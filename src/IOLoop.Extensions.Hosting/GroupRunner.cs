namespace IOLoops.Extensions.Hosting;

/// <summary>A group of loops, all of which this package has made.</summary>
internal sealed class GroupRunner : ILoopRunner
{
    private readonly LoopGroup _group;

    internal GroupRunner(LoopGroup group)
    {
        _group = group;
        Loops = [.. group.Loops.Cast<ApplicationIOLoop>()];
        group.LoopEnded += (_, end) => LoopEnded?.Invoke(end.Loop, end.Failure);
    }

    public string Name => _group.Name;

    public IReadOnlyList<ApplicationIOLoop> Loops { get; }

    public Action<PollIOLoop, Exception?>? LoopEnded { private get; set; }

    public Task RunAsync() => _group.RunAsync();

    public void Stop() => _group.Stop();

    public void Dispose() => _group.Dispose();

    /// <summary>The container disposes of the group later, which disposes of its loops, none of which then waits.</summary>
    public void Abandon()
    {
        foreach (var loop in Loops)
            loop.Abandon();
    }
}
