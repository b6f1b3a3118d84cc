using IOLoops;

namespace LoopBench;

/// <summary>Native loops that run, each on its own thread, and sleep.</summary>
internal sealed class LoopThreadsAtRest : RestSubject
{
    private readonly List<PollIOLoop> _made = [];

    internal override int Prepare(int wanted) => WithinLimit(wanted, 3);

    internal override void Make(int index)
    {
        var loop = new PollIOLoop();
        _made.Add(loop);
        _ = loop.RunAsync();
        loop.RunThere(static () => { });
    }

    internal override void End() => _made.ForEach(static loop => loop.DisposeAsync().AsTask().Wait());
}
