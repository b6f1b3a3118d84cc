using IOLoops.Conformance;
using Shouldly;

namespace IOLoops.Tests.Groups;

/// <summary>What tests of groups need: groups that are disposed of, and waits with a bound.</summary>
public abstract class GroupHarness : IDisposable
{
    private readonly List<LoopGroup> _groups = [];

    /// <summary>Generous, for a busy machine.</summary>
    protected static TimeSpan Patience => TimeSpan.FromSeconds(60);

    protected CollectingLoggerFactory Log { get; } = new();

    protected LoopGroup NewGroup(int count, Action<LoopGroupOptions>? configure = null, Func<PollIOLoopOptions, PollIOLoop>? create = null)
    {
        var options = new LoopGroupOptions { Count = count, LoggerFactory = Log };
        configure?.Invoke(options);
        var group = new LoopGroup(options, create);
        _groups.Add(group);
        return group;
    }

    protected static Task Soon(Task task) => task.WaitAsync(Patience);

    protected static Task<T> Soon<T>(Task<T> task) => task.WaitAsync(Patience);

    /// <summary>Has the run of a loop fail: its clock does.</summary>
    internal static void FailRun(PollIOLoop loop, FailingClock clock) => loop.AddCallback(() =>
    {
        loop.CallLater(TimeSpan.FromHours(1), static () => { });
        clock.FailNext();
    });

    /// <summary>Returns when so many callbacks are queued on a loop.</summary>
    internal static void Has(PollIOLoop loop, int callbacks) =>
        SpinWait.SpinUntil(() => IsQueued(loop, callbacks), Patience).ShouldBeTrue();

    internal static bool IsQueued(PollIOLoop loop, int callbacks) =>
        loop.ToString().Contains($" {callbacks} callback{(callbacks == 1 ? "" : "s")} queued", StringComparison.Ordinal);

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        foreach (var group in _groups)
            group.Dispose();
        Log.Dispose();
    }
}
