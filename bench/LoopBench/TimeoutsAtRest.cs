using IOLoops;

namespace LoopBench;

/// <summary>Timeouts that are due in hours.</summary>
internal sealed class TimeoutsAtRest : OnOneLoop
{
    private TimeoutHandle[] _handles = [];
    private int _made;

    internal override int Prepare(int wanted)
    {
        _handles = new TimeoutHandle[wanted];
        return wanted;
    }

    internal override void Make(int index)
    {
        _handles[index] = Loop.CallLater(TimeSpan.FromHours(1) + TimeSpan.FromMilliseconds(index), static () => { });
        _made++;
    }

    internal override void End()
    {
        for (int i = 0; i < _made; i++)
            Loop.RemoveTimeout(_handles[i]);
    }
}
