using IOLoops;

namespace Faults.Workloads;

/// <summary>Uses IOLoop.Sources, whose calls alone fail, on a native loop.</summary>
internal abstract class SourceWorkload : Workload
{
    internal override Target Target => Target.Sources;

    internal override void Run(Trial trial)
    {
        using var subject = new NativeSubject(trial, PollerKind.Epoll, WakerKind.EventFd);
        foreach (var part in Parts)
            subject.Await(subject.Loop.InvokeAsync(() => part(subject.Loop, trial)), part.Method.Name);
    }

    /// <summary>Each runs on the loop, and has closed what it opened when its task ends.</summary>
    protected abstract IReadOnlyList<Func<IOLoop, Trial, Task>> Parts { get; }
}
