using System.Runtime.Versioning;
using IOLoops.Sources.Interop;
using Microsoft.Win32.SafeHandles;

namespace IOLoops.Sources.Processes;

/// <summary>A child on Windows: its handle, which is signalled when it has ended, and which keeps its number from being used again.</summary>
/// <remarks>Windows has no signals. A process that this one ends for SIGTERM or SIGKILL gets the exit code that a shell would report.</remarks>
[SupportedOSPlatform("windows")]
internal sealed unsafe class WindowsChildHandle(int id, SafeProcessHandle process, Job? job) : ChildHandle
{
    private const uint SignalBase = 128; // what shells add
    private const uint Infinite = uint.MaxValue;

    private readonly Lock _gate = new(); // guards what follows
    private ExitStatus _status;
    private int _endedBy;     // the signal that stands for what ended it; 0: none was sent
    private bool _isEnded;
    private bool _isReleased;
    private bool _isWatched = true;

    internal override int Id => id;

    internal override bool LeadsGroup => job is not null;

    internal override (ExitStatus Status, IOException? Failure) Outcome
    {
        get
        {
            lock (_gate)
                return (_status, null);
        }
    }

    internal override bool IsEnded
    {
        get
        {
            lock (_gate)
                return _isEnded;
        }
    }

    internal override ValueTask WaitAsync(IOLoop loop) => loop.WaitHandleAsync(process);

    internal override void Block() => _ = Kernel32.WaitForSingleObject(process.DangerousGetHandle(), Infinite);

    internal override bool TryEnd(bool forGroup)
    {
        lock (_gate)
        {
            if (_isEnded)
                return true;
            nint handle = process.DangerousGetHandle();
            uint code;
            if (Kernel32.WaitForSingleObject(handle, 0) != Kernel32.Signalled || Kernel32.GetExitCodeProcess(handle, &code) == 0)
                return false;
            _status = _endedBy != 0 && code == SignalBase + _endedBy ? ExitStatus.FromSignal(_endedBy) : ExitStatus.FromCode((int)code);
            _isEnded = true;
            return true;
        }
    }

    internal override int Signal(int signal)
    {
        if (signal is not (SignalNumbers.Terminate or SignalNumbers.Kill))
        {
            throw new PlatformNotSupportedException(
                "Windows has no signals. SIGTERM and SIGKILL end the process at once. To ask it for anything else, write to its standard input.");
        }
        lock (_gate)
        {
            if (!_isEnded && !_isReleased)
                Terminate(signal, wholeJob: false);
            return Errno.Ok;
        }
    }

    internal override int SignalAll(int signal)
    {
        lock (_gate)
        {
            if (_isReleased || signal is not (SignalNumbers.Terminate or SignalNumbers.Kill))
                return Errno.ESRCH;
            return (!_isEnded || job is not null) && Terminate(signal, wholeJob: true) ? Errno.Ok : Errno.ESRCH;
        }
    }

    internal override bool HasOthers() => job is not null;

    internal override void Release()
    {
        lock (_gate)
        {
            _isReleased = true;
            CloseWhenUnused();
        }
    }

    internal override void EndWatch()
    {
        lock (_gate)
        {
            _isWatched = false;
            CloseWhenUnused();
        }
    }

    private bool Terminate(int signal, bool wholeJob)
    {
        if (_endedBy == 0)
            _endedBy = signal;
        uint code = SignalBase + (uint)_endedBy;
        // Refused for a process that is about to end by itself.
        return wholeJob && job is not null ? job.Terminate(code) : Kernel32.TerminateProcess(process.DangerousGetHandle(), code) != 0;
    }

    private void CloseWhenUnused()
    {
        if (!_isReleased || _isWatched)
            return;
        process.Dispose();
        job?.Dispose();
    }
}
