namespace IOLoops.Tests;

/// <summary>A loop that takes made-up numbers for real ones.</summary>
public sealed class NativeMappingLoop(PollIOLoopOptions options) : PollIOLoop(options)
{
    private readonly Dictionary<nint, (nint Number, object? Object)> _map = [];

    public List<object?> Closed { get; } = [];

    public void Map(nint from, nint number, object? file) => _map[from] = (number, file);

    public override (nint Number, object? Object) SplitFd(FileDescriptor fd) => _map.TryGetValue(fd.Number, out var found) ? found : base.SplitFd(fd);

    public override void CloseFd(FileDescriptor fd)
    {
        if (fd.Object is string)
            Closed.Add(fd.Object);
        else
            base.CloseFd(fd);
    }
}
