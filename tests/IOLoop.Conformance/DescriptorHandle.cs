using Microsoft.Win32.SafeHandles;

namespace IOLoops.Conformance;

/// <summary>A handle of any descriptor.</summary>
public sealed class DescriptorHandle : SafeHandleMinusOneIsInvalid
{
    /// <summary>Takes over the descriptor.</summary>
    public DescriptorHandle(int fd)
        : base(ownsHandle: true)
    {
        Number = fd;
        SetHandle(fd);
    }

    /// <summary>The descriptor.</summary>
    public int Number { get; }

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        Descriptors.Close(Number);
        return true;
    }
}
