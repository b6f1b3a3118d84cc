using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace IOLoops.Interop;

/// <summary>I/O completion ports.</summary>
[SupportedOSPlatform("windows")]
internal static unsafe partial class CompletionPort
{
    internal const uint NoLimit = uint.MaxValue;

    private const string Library = "kernel32.dll";
    private const int TimedOut = 258;          // WAIT_TIMEOUT
    private const byte SkipSetEvent = 2;       // FILE_SKIP_SET_EVENT_ON_HANDLE
    private const nint NoFile = -1;

    [LibraryImport(Library)]
    private static partial nint CreateIoCompletionPort(nint file, nint port, nuint key, uint threads);

    [LibraryImport(Library)]
    private static partial int GetQueuedCompletionStatusEx(nint port, CompletionEntry* entries, uint room, uint* taken, uint milliseconds, int alertable);

    [LibraryImport(Library)]
    private static partial int PostQueuedCompletionStatus(nint port, uint bytes, nuint key, nint overlapped);

    [LibraryImport(Library)]
    private static partial int SetFileCompletionNotificationModes(nint file, byte modes);

    [LibraryImport(Library)]
    internal static partial int CloseHandle(nint handle);

    /// <summary>A new port.</summary>
    internal static SafeKernelHandle Open()
    {
        // A port holds packets back while as many threads as this run that took one before: also threads that now do something
        // else, as the threads of a pool do on which a hosted loop's turns run. So there is no limit.
        nint port = CreateIoCompletionPort(NoFile, 0, 0, int.MaxValue);
        return port != 0 ? new SafeKernelHandle(port) : throw Failure("CreateIoCompletionPort");
    }

    /// <summary>Has a file's completions posted to the port.</summary>
    internal static void Associate(SafeKernelHandle port, nint file, nuint key)
    {
        if (CreateIoCompletionPort(file, port.Value, key, 0) == 0)
            throw Failure("CreateIoCompletionPort (device)");
        _ = SetFileCompletionNotificationModes(file, SkipSetEvent); // saves time; nothing waits for that event
    }

    /// <summary>Takes packets, oldest first.</summary>
    /// <returns>How many; 0 when the time was over, or the wait has ended early.</returns>
    internal static int Take(SafeKernelHandle port, CompletionEntry* entries, int room, uint milliseconds)
    {
        uint taken = 0;
        if (GetQueuedCompletionStatusEx(port.Value, entries, (uint)room, &taken, milliseconds, 0) != 0)
            return (int)taken;
        int error = Errno.Last;
        return error == TimedOut ? 0 : throw Failure("GetQueuedCompletionStatusEx", error);
    }

    /// <summary>Posts a packet without a poll. Any thread, also while or after the port is disposed of: then nothing happens.</summary>
    internal static void Post(SafeKernelHandle port, nuint key, nint poll = 0)
    {
        bool held = false;
        try
        {
            // The reference keeps the number from being closed, and given to another object, between the check and the call.
            port.DangerousAddRef(ref held);
            if (PostQueuedCompletionStatus(port.Value, 0, key, poll) == 0)
                throw Failure("PostQueuedCompletionStatus");
        }
        catch (ObjectDisposedException)
        {
            // The loop was closed: nothing is left to wake.
        }
        finally
        {
            if (held)
                port.DangerousRelease();
        }
    }

    internal static IOException Failure(string call) => Failure(call, Errno.Last);

    private static IOException Failure(string call, int error) =>
        new($"{call} failed: {Marshal.GetPInvokeErrorMessage(error)} (error {error}).", unchecked((int)0x80070000) | error);
}
