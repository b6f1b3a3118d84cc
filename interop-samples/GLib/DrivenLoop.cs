namespace IOLoops.Samples;

/// <summary>
/// A native loop that GLib drives: GLib watches the loop's descriptor and its next deadline, and runs one turn when either says so.
/// On the thread that runs the context. A turn that fails is the last one; its exception goes to <see cref="MainContext.Failed"/>.
/// </summary>
public sealed class DrivenLoop : IDisposable
{
    private readonly Source _source;

    public DrivenLoop(PollIOLoop loop, MainContext context)
    {
        Loop = loop;
        _source = Source.Readable(context, GLibHost.DefaultPriority, loop.BackendDescriptor, RunTurn);
        Arm();
    }

    public PollIOLoop Loop { get; }

    /// <summary>The loop runs no more turns.</summary>
    public void Dispose() => _source.Dispose();

    private void RunTurn()
    {
        try
        {
            Loop.RunOnce(TimeSpan.Zero);
        }
        catch // the loop is closed, say, and its descriptor would be ready without end
        {
            _source.Dispose();
            throw; // to MainContext.Failed
        }
        if (!_source.IsClosed) // a callback may have disposed of it
            Arm();
    }

    private void Arm()
    {
        if (Loop.BackendTimeout is { } wait)
            _source.SetReadyTime(LibGLib.g_get_monotonic_time() + (long)Math.Ceiling(wait.TotalMicroseconds));
    }
}
