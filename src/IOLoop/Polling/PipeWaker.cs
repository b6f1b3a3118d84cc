using IOLoops.Interop;

namespace IOLoops.Polling;

/// <summary>A non-blocking pipe, for systems without eventfd. A full pipe is readable, so a write that finds it full has done its work.</summary>
internal sealed class PipeWaker : IWaker
{
    private readonly SafeDescriptor _read;
    private readonly SafeDescriptor _write;

    public unsafe PipeWaker()
    {
        int* ends = stackalloc int[2];
        if (OperatingSystem.IsLinux())
            Errno.Check(Libc.pipe2(ends, Libc.NonBlock | Libc.CloseOnExec), "pipe2");
        else
            Errno.Check(LibcBsd.pipe(ends), "pipe");
        _read = new SafeDescriptor(ends[0]);
        _write = new SafeDescriptor(ends[1]);
        if (!OperatingSystem.IsLinux())
            SetFlags();
    }

    public WakerKind Kind => WakerKind.Pipe;

    public int Descriptor => _read.Number;

    public unsafe void Wake()
    {
        byte one = 1;
        WakerIO.Write(_write, &one, 1);
    }

    // Modelled in tests/models: native.
    public unsafe void Drain()
    {
        const int Size = 256;
        byte* buffer = stackalloc byte[Size];
        while (WakerIO.Read(_read, buffer, Size) == Size)
        {
        }
    }

    /// <summary>macOS has no pipe2. (A child that is started between the two calls inherits the pipe.)</summary>
    private void SetFlags()
    {
        foreach (var end in new[] { _read, _write })
        {
            Errno.Check(LibcBsd.SetFlags(end.Number, LibcBsd.SetDescriptorFlags, LibcBsd.CloseOnExec), "fcntl(F_SETFD)");
            Errno.Check(LibcBsd.SetFlags(end.Number, LibcBsd.SetStatusFlags, LibcBsd.NonBlock), "fcntl(F_SETFL)");
        }
    }

    public void Dispose()
    {
        _write.Dispose();
        _read.Dispose();
    }
}
