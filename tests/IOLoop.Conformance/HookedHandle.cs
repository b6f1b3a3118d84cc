using Microsoft.Win32.SafeHandles;

namespace IOLoops.Conformance;

/// <summary>A handle of a descriptor that tells when it is closed.</summary>
public sealed class HookedHandle : SafeHandleMinusOneIsInvalid
{
    private readonly Action _closing;
    private readonly int _fd;

    /// <param name="fd">Taken over.</param>
    /// <param name="closing">Called on the thread that closes it.</param>
    public HookedHandle(int fd, Action closing)
        : base(ownsHandle: true)
    {
        _fd = fd;
        _closing = closing;
        SetHandle(fd);
    }

    internal int Number => _fd;

    protected override bool ReleaseHandle()
    {
        Descriptors.Close(_fd);
        _closing();
        return true;
    }
}
