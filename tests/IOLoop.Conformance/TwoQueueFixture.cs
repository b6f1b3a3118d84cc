namespace IOLoops.Conformance;

/// <summary>Loops on hosts where what is posted comes before all other work, each on a fresh one.</summary>
/// <param name="name">Names the kind of loop.</param>
/// <param name="drains">How the host serves its queues: see <see cref="TwoQueueContext"/>.</param>
/// <param name="create">Makes a loop in the context.</param>
/// <param name="budget">Of the loop, where a test sets none.</param>
public class TwoQueueFixture(
    string name, bool drains, Func<TwoQueueContext, HostedIOLoopOptions, HostedIOLoop> create, TimeSpan? budget) : LoopFixture
{
    private readonly List<TwoQueueContext> _contexts = []; // guarded by itself

    public override string Name => $"{name} over a host {(drains ? "that drains its queue" : "of two queues")}";

    public override bool EndsTurnsEarly => budget is not null;

    public override bool SeesGhosts => !OperatingSystem.IsWindows();

    /// <summary>Of the loop that was made last.</summary>
    public TwoQueueContext Context
    {
        get
        {
            lock (_contexts)
                return _contexts[^1];
        }
    }

    public override IOLoop Create(IOLoopOptions? options = null)
    {
        var context = new TwoQueueContext(drains);
        lock (_contexts)
            _contexts.Add(context);
        return Create(context, options);
    }

    /// <summary>Another loop on the host of the one that was made last.</summary>
    public HostedIOLoop CreateBeside() => Create(Context, null);

    private HostedIOLoop Create(TwoQueueContext context, IOLoopOptions? options)
    {
        var hosted = HostedOptions.From(options);
        if (options is not HostedIOLoopOptions)
            hosted.TurnBudget = budget;
        return create(context, hosted);
    }

    protected override void Dispose(bool disposing)
    {
        foreach (var context in _contexts)
            context.Dispose();
        base.Dispose(disposing);
    }
}
