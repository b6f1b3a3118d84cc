namespace IOLoops.Rx.Tests;

/// <summary>Lets a test do something between the adding of a handler and what its caller does next, and just before a wait is registered.</summary>
internal sealed class HookedLoop : PollIOLoop
{
    internal Action? Added { get; set; }

    internal Action? Registering { get; set; }

    public override (nint Number, object? Object) SplitFd(FileDescriptor fd)
    {
        Registering?.Invoke();
        return base.SplitFd(fd);
    }

    public override void AddHandler(FileDescriptor fd, IOHandler handler, IOEvents events)
    {
        base.AddHandler(fd, handler, events);
        Added?.Invoke();
    }
}
