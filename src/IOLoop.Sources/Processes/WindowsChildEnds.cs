using System.IO.Pipes;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using IOLoops.Sources.Interop;

namespace IOLoops.Sources.Processes;

/// <summary>The child's ends of its standard streams on Windows, which this process closes when the child has its own.</summary>
[SupportedOSPlatform("windows")]
internal sealed class WindowsChildEnds : IDisposable
{
    private const int Count = 3;
    private const int StandardInput = -10; // STD_INPUT_HANDLE; the others follow below

    private readonly IDisposable?[] _owners = new IDisposable?[Count];
    private readonly SafeHandle?[] _handles = new SafeHandle?[Count]; // kept open until the child has its own
    private readonly nint[] _numbers = new nint[Count];

    /// <summary>Makes both ends of all three.</summary>
    /// <exception cref="IOException">No handles are left, or one that was given is not open.</exception>
    internal void Open(IOLoop loop, ChildProcessOptions options, ParentEnds parent)
    {
        parent.Input = Open(loop, 0, options.StandardInput);
        parent.Output = Open(loop, 1, options.StandardOutput);
        parent.Error = Open(loop, 2, options.StandardError);
    }

    /// <summary>Duplicates for the child.</summary>
    internal InheritedHandles Inherit() => new(_numbers[0], _numbers[1], _numbers[2]);

    public void Dispose()
    {
        for (int i = 0; i < Count; i++)
        {
            _owners[i]?.Dispose();
            _handles[i]?.DangerousRelease();
        }
    }

    private LoopStream? Open(IOLoop loop, int index, ChildStream stream)
    {
        switch (stream.Kind)
        {
            case ChildStreamKind.Pipe:
                return OpenPipe(loop, index);
            case ChildStreamKind.StandardOutput:
                _numbers[index] = _numbers[1];
                return null;
            case ChildStreamKind.Given:
                Give(index, stream.Given);
                return null;
            case ChildStreamKind.Inherit when Kernel32.GetStdHandle(StandardInput - index) is var own and not (0 or -1):
                _numbers[index] = own;
                return null;
            default:
                var nothing = File.OpenHandle("NUL", FileMode.Open, index == 0 ? FileAccess.Read : FileAccess.Write, FileShare.ReadWrite);
                _owners[index] = nothing;
                _numbers[index] = nothing.DangerousGetHandle();
                return null;
        }
    }

    private void Give(int index, FileDescriptor given)
    {
        var (number, file) = (given.Number, given.Object);
        var handle = file as SafeHandle ?? (file as System.Net.Sockets.Socket)?.SafeHandle;
        bool held = false;
        handle?.DangerousAddRef(ref held);
        _handles[index] = handle;
        _numbers[index] = handle?.DangerousGetHandle() ?? number;
    }

    private LoopStream OpenPipe(IOLoop loop, int index)
    {
        var (own, childs) = OverlappedPipes.Create(index == 0 ? PipeDirection.Out : PipeDirection.In, PipeOptions.None);
        _owners[index] = childs;
        _numbers[index] = childs.SafePipeHandle.DangerousGetHandle();
        try
        {
            return LoopStream.From(loop, own);
        }
        catch
        {
            own.Dispose();
            throw;
        }
    }
}
