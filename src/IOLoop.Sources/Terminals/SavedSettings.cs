using IOLoops.Sources.Interop;
using Microsoft.Win32.SafeHandles;

namespace IOLoops.Sources.Terminals;

/// <summary>The settings that a line had before it was opened. Closes the line, after it has restored them: once, from any thread.</summary>
internal sealed class SavedSettings : IDisposable
{
    private readonly SafeFileHandle _handle;
    private int _isRestored;

    /// <exception cref="IOException">It is no terminal.</exception>
    internal SavedSettings(SafeFileHandle handle)
    {
        _handle = handle;
        Original = TerminalControl.Get(handle);
    }

    internal Termios2 Original { get; }

    internal void Restore()
    {
        if (Interlocked.Exchange(ref _isRestored, 1) != 0)
            return;
        try
        {
            TerminalControl.Set(_handle, Original);
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // The device has gone, or the loop has closed all descriptors.
        }
    }

    public void Dispose()
    {
        Restore();
        _handle.Dispose();
    }
}
