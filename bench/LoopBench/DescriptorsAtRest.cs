using IOLoops;

namespace LoopBench;

/// <summary>Registered descriptors: an eventfd each, which is open before.</summary>
internal sealed class DescriptorsAtRest : OnOneLoop
{
    private readonly IOHandler _handler = static (_, _) => { };
    private nint[] _open = [];
    private int _made;

    internal override int Prepare(int wanted)
    {
        _open = new nint[WithinLimit(wanted, 1)];
        for (int i = 0; i < _open.Length; i++)
            _open[i] = Descriptors.OpenChannel("eventfd").Read;
        return _open.Length;
    }

    internal override void Make(int index)
    {
        Loop.AddHandler(FileDescriptor.From(_open[index]), _handler, IOEvents.Read);
        _made++;
    }

    internal override void End()
    {
        for (int i = 0; i < _made; i++)
            Loop.RemoveHandler(FileDescriptor.From(_open[i]));
    }

    public override void Dispose()
    {
        base.Dispose();
        foreach (nint fd in _open)
            Descriptors.Close(fd);
    }
}
