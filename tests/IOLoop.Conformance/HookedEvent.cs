using Microsoft.Win32.SafeHandles;

namespace IOLoops.Conformance;

/// <summary>A handle of an auto-reset event that tells when it is closed.</summary>
internal sealed class HookedEvent : SafeHandleZeroOrMinusOneIsInvalid
{
    private readonly AutoResetEvent _event = new(false);
    private readonly Action _closing;

    internal HookedEvent(Action closing)
        : base(ownsHandle: true)
    {
        _closing = closing;
        SetHandle(_event.SafeWaitHandle.DangerousGetHandle());
    }

    internal void Set() => _event.Set();

    protected override bool ReleaseHandle()
    {
        _event.Dispose();
        _closing();
        return true;
    }
}
