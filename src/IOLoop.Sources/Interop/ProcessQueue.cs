using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace IOLoops.Sources.Interop;

/// <summary>
/// A kqueue with one process in it (macOS, FreeBSD): readable from its end on, because its event is never taken. Children do not inherit it.
/// </summary>
internal static unsafe partial class ProcessQueue
{
    private const int SizeOfKevent = 64;        // FreeBSD's; the first 32 bytes are macOS's
    private const short ProcessFilter = -5;     // EVFILT_PROC
    private const ushort AddOneShot = 0x0011;   // EV_ADD | EV_ONESHOT
    private const uint Exit = 0x80000000;       // NOTE_EXIT

    /// <returns>Null: the process has ended already, or cannot be watched.</returns>
    /// <exception cref="IOException">No descriptors are left.</exception>
    internal static SafeFileHandle? TryOpen(int id)
    {
        var queue = new SafeFileHandle(Errno.Check(kqueue(), "kqueue"), ownsHandle: true);
        byte* change = stackalloc byte[SizeOfKevent];
        Describe(new Span<byte>(change, SizeOfKevent), id);
        if (kevent((int)queue.DangerousGetHandle(), change, 1, null, 0, null) == 0)
            return queue;
        queue.Dispose();
        return null;
    }

    private static void Describe(Span<byte> change, int id)
    {
        change.Clear();
        BinaryPrimitives.WriteInt64LittleEndian(change, id);
        BinaryPrimitives.WriteInt16LittleEndian(change[8..], ProcessFilter);
        BinaryPrimitives.WriteUInt16LittleEndian(change[10..], AddOneShot);
        BinaryPrimitives.WriteUInt32LittleEndian(change[12..], Exit);
    }

    [LibraryImport("libc")]
    private static partial int kqueue();

    [LibraryImport("libc")]
    private static partial int kevent(int queue, byte* changes, int changeCount, byte* events, int eventCount, void* timeout);
}
