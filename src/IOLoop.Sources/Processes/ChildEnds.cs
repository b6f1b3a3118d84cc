using IOLoops.Sources.Interop;
using Microsoft.Win32.SafeHandles;

namespace IOLoops.Sources.Processes;

/// <summary>The child's ends of its standard streams, which this process closes when the child has its own.</summary>
internal sealed class ChildEnds : IDisposable
{
    private const int Count = 3;

    private readonly SafeFileHandle?[] _handles = new SafeFileHandle?[Count];

    /// <summary>What becomes the standard streams; null: inherited, or nothing of its own.</summary>
    internal IReadOnlyList<int?> Numbers => [.. _handles.Select(handle => (int?)handle?.DangerousGetHandle())];

    /// <summary>Makes both ends of all three.</summary>
    /// <exception cref="IOException">No descriptors are left, or one that was given is not open.</exception>
    internal void Open(IOLoop loop, ChildProcessOptions options, ParentEnds parent)
    {
        if (options.Terminal is { } size)
        {
            parent.Terminal = PseudoTerminal.Open(loop, size.Columns, size.Rows);
            return;
        }
        parent.Input = Open(loop, 0, options.StandardInput);
        parent.Output = Open(loop, 1, options.StandardOutput);
        parent.Error = Open(loop, 2, options.StandardError);
    }

    public void Dispose()
    {
        foreach (var handle in _handles)
            handle?.Dispose();
    }

    private LoopStream? Open(IOLoop loop, int index, ChildStream stream)
    {
        switch (stream.Kind)
        {
            case ChildStreamKind.Pipe:
                return OpenPipe(loop, index);
            case ChildStreamKind.Given:
                _handles[index] = ChildDescriptors.Duplicate(stream.Given);
                return null;
            case ChildStreamKind.Null:
            case ChildStreamKind.Inherit when !ChildDescriptors.IsInherited(index):
                // A child without a standard stream would get the next file that it opens for one.
                _handles[index] = ChildDescriptors.Null();
                return null;
            default:
                return null;
        }
    }

    private LoopStream OpenPipe(IOLoop loop, int index)
    {
        bool childReads = index == 0;
        var (read, write) = ChildDescriptors.Pipe(childReads);
        _handles[index] = childReads ? read : write;
        var own = childReads ? write : read;
        try
        {
            return new LoopStream(loop, own, childReads ? FileAccess.Write : FileAccess.Read);
        }
        catch
        {
            own.Dispose();
            throw;
        }
    }
}
