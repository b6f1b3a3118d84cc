namespace IOLoops.Rx.Tests;

/// <summary>Lets a test do something between the adding of a handler and what its caller does next.</summary>
internal sealed class HookedLoop : PollIOLoop
{
    internal Action? Added { get; set; }

    public override void AddHandler(FileDescriptor fd, IOHandler handler, IOEvents events)
    {
        base.AddHandler(fd, handler, events);
        Added?.Invoke();
    }
}
