using Microsoft.Win32.SafeHandles;

namespace IOLoops.Sources.Interop;

/// <summary>Makes descriptors that a child is started with. All are closed in other children, and none has the number of a standard stream:
/// it would be in the way where this process has closed its own.</summary>
internal static unsafe class ChildDescriptors
{
    private const int LowestNumber = 3;
    private const int SetFlags = 4; // F_SETFL

    /// <summary>A pipe: the child's end is blocking, as programs expect; this process's is not.</summary>
    internal static (SafeFileHandle Read, SafeFileHandle Write) Pipe(bool childReads)
    {
        int* ends = stackalloc int[2];
        if (OperatingSystem.IsMacOS())
            NewDescriptors.Pipe(ends);
        else
            Errno.Check(Libc.pipe2(ends, Libc.CloseOnExec), "pipe2");
        var read = new SafeFileHandle(ends[0], ownsHandle: true);
        var write = new SafeFileHandle(ends[1], ownsHandle: true);
        try
        {
            read = AboveStandard(read);
            write = AboveStandard(write);
            SetNonBlocking(read, !childReads);
            SetNonBlocking(write, childReads);
            return (read, write);
        }
        catch
        {
            read.Dispose();
            write.Dispose();
            throw;
        }
    }

    internal static SafeFileHandle Null()
    {
        int fd = Errno.Check(Libc.open("/dev/null", Libc.ReadWrite | Libc.CloseOnExec), "Opening /dev/null");
        return AboveStandard(new SafeFileHandle(fd, ownsHandle: true));
    }

    /// <exception cref="IOException">It is not open, or no descriptors are left.</exception>
    internal static SafeFileHandle Duplicate(FileDescriptor given)
    {
        using var hold = new DescriptorHold(given);
        return Duplicate(hold.Fd);
    }

    /// <summary>Whether children inherit one of this process's standard streams.</summary>
    internal static bool IsInherited(int fd)
    {
        int flags = Libc.fcntl(fd, Libc.GetDescriptorFlags, 0);
        return flags >= 0 && (flags & Libc.ClosedByExec) == 0; // with the flag, it is another file that got the number
    }

    private static SafeFileHandle Duplicate(int fd)
    {
        int duplicate = Libc.fcntl(fd, Libc.DuplicateClosedByExec, LowestNumber);
        Errno.Check(duplicate, $"Duplicating file descriptor {fd}");
        return new SafeFileHandle(duplicate, ownsHandle: true);
    }

    private static SafeFileHandle AboveStandard(SafeFileHandle handle)
    {
        int fd = (int)handle.DangerousGetHandle();
        if (fd >= LowestNumber)
            return handle;
        using (handle)
            return Duplicate(fd);
    }

    private static void SetNonBlocking(SafeFileHandle handle, bool nonBlocking)
    {
        int fd = (int)handle.DangerousGetHandle();
        int flags = Libc.fcntl(fd, Libc.GetFlags, 0);
        flags = nonBlocking ? flags | Libc.NonBlocking : flags & ~Libc.NonBlocking;
        Errno.Check(Libc.fcntl(fd, SetFlags, flags), "fcntl");
    }
}
