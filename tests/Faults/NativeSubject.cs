using IOLoops;

namespace Faults;

/// <summary>A native loop on a thread of its own.</summary>
internal sealed class NativeSubject : Subject
{
    internal NativeSubject(Trial trial, PollerKind poller, WakerKind waker)
        : base(trial)
    {
        Loop = new PollIOLoop(new PollIOLoopOptions { Name = "faults loop", Poller = poller, Waker = waker, LoggerFactory = trial });
        Run = ((PollIOLoop)Loop).RunAsync();
    }

    internal override IOLoop Loop { get; }

    internal override Task Run { get; }
}
