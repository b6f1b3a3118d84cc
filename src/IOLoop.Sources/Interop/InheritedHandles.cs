using System.Runtime.Versioning;

namespace IOLoops.Sources.Interop;

/// <summary>
/// Duplicates of a child's three standard streams that can be inherited. They exist for as short a time as possible, because a process
/// that other code starts meanwhile may inherit them, too.
/// </summary>
[SupportedOSPlatform("windows")]
internal unsafe ref struct InheritedHandles
{
    private nint _input;
    private nint _output;
    private nint _error;

    /// <param name="input">Of these, each may be the same as another.</param>
    /// <param name="output">As above.</param>
    /// <param name="error">As above.</param>
    /// <exception cref="IOException">One of them is not open.</exception>
    internal InheritedHandles(nint input, nint output, nint error)
    {
        try
        {
            _input = Duplicate(input);
            _output = Duplicate(output);
            _error = error == output ? _output : Duplicate(error);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    internal readonly nint Input => _input;

    internal readonly nint Output => _output;

    internal readonly nint Error => _error;

    public void Dispose()
    {
        if (_error != _output)
            Close(_error);
        Close(_input);
        Close(_output);
        _input = _output = _error = 0;
    }

    private static nint Duplicate(nint handle)
    {
        nint copy;
        return Kernel32.DuplicateHandle(Kernel32.ThisProcess, handle, Kernel32.ThisProcess, &copy, 0, inherit: 1, Kernel32.SameAccess) != 0
            ? copy
            : throw Errno.Failure("Passing a standard stream on to a child", Errno.Last);
    }

    private static void Close(nint handle)
    {
        if (handle != 0)
            _ = Kernel32.CloseHandle(handle);
    }
}
