using Shouldly;

namespace IOLoops.Tests.Groups;

/// <summary>A loop whose thread is held just before it runs the loop.</summary>
internal sealed class SlowStartLoop(PollIOLoopOptions options, TimeSpan patience) : PollIOLoop(options)
{
    private readonly SemaphoreSlim _starts = new(0);
    private readonly SemaphoreSlim _go = new(0);

    public override void Start()
    {
        _starts.Release();
        _go.Wait(patience).ShouldBeTrue();
        base.Start();
    }

    internal void WaitForStart() => _starts.Wait(patience).ShouldBeTrue("its thread has begun");

    internal void Go() => _go.Release();
}
