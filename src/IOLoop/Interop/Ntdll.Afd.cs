using System.Runtime.InteropServices;

namespace IOLoops.Interop;

/// <summary>Windows' native calls below Winsock: what opens the AFD driver's device, and polls sockets with it.</summary>
internal static unsafe partial class Ntdll
{
    private const string DeviceName = @"\Device\Afd\IOLoop"; // the driver takes every name below \Device\Afd
    private const ushort NameBytes = 18 * sizeof(char);
    private const uint PollCode = 0x00012024;     // IOCTL_AFD_POLL
    private const uint Synchronize = 0x00100000;  // the right to wait, and no other
    private const uint ShareReadWrite = 3;
    private const uint OpenExisting = 1;

    [LibraryImport(Library)]
    private static partial int NtCreateFile(
        nint* handle, uint access, NtObject* name, AfdPoll* status, long* size, uint attributes, uint share, uint disposition, uint options, void* extra, uint extraLength);

    [LibraryImport(Library)]
    private static partial int NtDeviceIoControlFile(
        nint handle, nint signalled, nint routine, void* context, AfdPoll* status, uint code, void* input, uint inputLength, void* output, uint outputLength);

    [LibraryImport(Library)]
    private static partial int NtCancelIoFileEx(nint handle, AfdPoll* request, AfdPoll* status);

    /// <summary>Opens the driver's device. Returns an <see cref="NtStatus"/>.</summary>
    internal static int OpenAfd(out nint handle)
    {
        nint opened = -1;
        int result;
        fixed (char* characters = DeviceName)
        {
            var name = new NtName { Length = NameBytes, Capacity = NameBytes, Characters = characters };
            var device = new NtObject { Length = sizeof(NtObject), Name = &name };
            AfdPoll status;
            result = NtCreateFile(&opened, Synchronize, &device, &status, null, 0, ShareReadWrite, OpenExisting, 0, null, 0);
        }
        handle = opened;
        return result;
    }

    /// <summary>Begins a poll. Its completion is posted to the device's port, also when this call finds it complete.</summary>
    /// <returns>An <see cref="NtStatus"/>. A negative one posts no completion.</returns>
    internal static int Poll(nint device, AfdPoll* poll) =>
        NtDeviceIoControlFile(device, 0, 0, poll, poll, PollCode, &poll->Timeout, AfdPoll.InfoSize, &poll->Timeout, AfdPoll.InfoSize);

    /// <summary>Has a poll complete soon, if it has not completed already.</summary>
    internal static void Cancel(nint device, AfdPoll* poll)
    {
        AfdPoll status;
        _ = NtCancelIoFileEx(device, poll, &status); // a failure: it has completed
    }
}
