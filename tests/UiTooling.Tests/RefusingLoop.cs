namespace IOLoops.Samples.Tests;

/// <summary>A loop that has no room for more than a few handlers.</summary>
internal sealed class RefusingLoop(int room) : PollIOLoop
{
    private int _room = room;

    public override void AddHandler(FileDescriptor fd, IOHandler handler, IOEvents events)
    {
        if (_room-- <= 0)
            throw new IOException("no room");
        base.AddHandler(fd, handler, events);
    }
}
