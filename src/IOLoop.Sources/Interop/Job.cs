using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace IOLoops.Sources.Interop;

/// <summary>A job of Windows: a process and all that it starts, which can be ended together.</summary>
[SupportedOSPlatform("windows")]
internal sealed unsafe class Job : SafeHandleZeroOrMinusOneIsInvalid
{
    private Job(nint job)
        : base(ownsHandle: true) => SetHandle(job);

    /// <summary>A job of one process, which has not begun to run.</summary>
    /// <exception cref="IOException">The system has no memory left, or forbids it.</exception>
    internal static Job Of(nint process)
    {
        var job = new Job(Kernel32.CreateJobObjectW(0, null));
        if (!job.IsInvalid && Kernel32.AssignProcessToJobObject(job.handle, process) != 0)
            return job;
        int error = Errno.Last;
        job.Dispose();
        throw Errno.Failure("Making a job for NewProcessGroup", error);
    }

    /// <returns>Whether there was a process to be ended.</returns>
    internal bool Terminate(uint exitCode) => Kernel32.TerminateJobObject(handle, exitCode) != 0;

    protected override bool ReleaseHandle() => Kernel32.CloseHandle(handle) != 0;
}
