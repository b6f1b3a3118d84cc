using IOLoops;

namespace LoopBench;

/// <summary>Native loops that do not run. Each takes two descriptors; a third where the C library lacks epoll_pwait2.</summary>
internal sealed class LoopsAtRest : RestSubject
{
    private readonly List<PollIOLoop> _made = [];

    internal override int Prepare(int wanted)
    {
        int count = WithinLimit(wanted, 3);
        _made.EnsureCapacity(count);
        return count;
    }

    internal override void Make(int index) => _made.Add(new PollIOLoop());

    internal override void End() => _made.ForEach(static loop => loop.Close());
}
