using System.Runtime.CompilerServices;
using IOLoops.Conformance;
using Microsoft.Extensions.Logging.Abstractions;

namespace IOLoops.Tests.Groups;

/// <summary>The last loop of a group of two; both run while it is run.</summary>
public sealed class GroupFixture(LoopDistribution distribution) : LoopFixture
{
    private readonly ConditionalWeakTable<IOLoop, LoopGroup> _groups = [];
    private readonly NativeFixture _single = new(PollerKind.Default, WakerKind.Default);

    public override string Name => $"a loop of a group, {distribution}";

    public override bool KernelJudgesReuse => _single.KernelJudgesReuse;

    public override bool SeesGhosts => OperatingSystem.IsLinux();

    public override bool SubMillisecond => _single.SubMillisecond;

    public override IOLoop Create(IOLoopOptions? options = null)
    {
        var own = _single.Options(options);
        // The end of the tested loop is nothing to log: the tests look at all that is logged for it.
        var group = new LoopGroup(
            new LoopGroupOptions { Count = 2, Distribution = distribution, StopWhenOneEnds = true, LoggerFactory = NullLoggerFactory.Instance },
            each => new PollIOLoop(each.Name == "LoopGroup-1" ? own : each));
        var loop = group.Loops[1];
        _groups.Add(loop, group);
        return loop;
    }

    /// <summary>Until the loop is stopped, which ends the other one too.</summary>
    public override void Run(IOLoop loop)
    {
        ArgumentNullException.ThrowIfNull(loop);
        if (_groups.TryGetValue(loop, out var group))
            group.RunAsync().GetAwaiter().GetResult();
        else
            loop.Start();
    }

    protected override void Dispose(bool disposing)
    {
        foreach (var (_, group) in _groups)
            group.Dispose();
        base.Dispose(disposing);
    }
}
