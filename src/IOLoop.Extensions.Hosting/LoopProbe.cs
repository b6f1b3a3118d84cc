namespace IOLoops.Extensions.Hosting;

/// <summary>
/// Asks a loop whether it runs callbacks. A loop that does not answer is asked once, however often it is checked: a stalled loop
/// gathers no callbacks of checks, and a check finds out how long an earlier one has been waiting.
/// </summary>
internal sealed class LoopProbe(IOLoop loop, TimeProvider time)
{
    private readonly Lock _gate = new();
    private ProbeCall? _latest; // guarded by _gate

    internal TimeProvider Time => time;

    /// <summary>The call that the loop has not answered yet, or a new one. Null: the loop is closed.</summary>
    internal ProbeCall? Ask()
    {
        ProbeCall call;
        lock (_gate)
        {
            if (_latest is { Ran.IsCompleted: false })
                return _latest;
            call = _latest = new ProbeCall(time);
        }
        return loop.TryAddCallback(call.Run) ? call : null;
    }
}
