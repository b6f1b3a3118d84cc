using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace IOLoops.Samples;

/// <summary>The kernel's notifications of changed files: a descriptor, readable when something has changed.</summary>
internal static class Inotify
{
    private const int CloseOnExec = 0x80000;
    private const int NonBlocking = 0x800;

    private const int ENOENT = 2;
    private const int EACCES = 13;
    private const int ENOTDIR = 20;

    private const InotifyMask Changes = InotifyMask.Create | InotifyMask.Modify | InotifyMask.CloseWrite
        | InotifyMask.MovedFrom | InotifyMask.MovedTo | InotifyMask.Delete | InotifyMask.DeleteSelf;

    /// <summary>Begins to watch the files in a folder.</summary>
    /// <exception cref="ExitException">That is no folder to watch, or the system has no more watches to give.</exception>
    internal static SafeFileHandle Watch(string folder)
    {
        if (!OperatingSystem.IsLinux())
            throw new ExitException(ExitException.Failed, "inotify is Linux's: there is nothing to watch with here");
        int descriptor = inotify_init1(CloseOnExec | NonBlocking);
        if (descriptor < 0)
            throw new ExitException(ExitException.Failed, $"no inotify: {Marshal.GetLastPInvokeErrorMessage()}");
        var inotify = new SafeFileHandle(descriptor, ownsHandle: true);
        if (inotify_add_watch(descriptor, folder, (uint)(Changes | InotifyMask.OnlyDirectory)) >= 0)
            return inotify;
        int errno = Marshal.GetLastPInvokeError();
        string reason = Marshal.GetLastPInvokeErrorMessage();
        inotify.Dispose();
        throw errno switch
        {
            ENOENT => new ExitException(ExitException.WrongUsage, $"there is no folder '{folder}'"),
            ENOTDIR => new ExitException(ExitException.WrongUsage, $"'{folder}' is not a folder"),
            EACCES => new ExitException(ExitException.WrongUsage, $"'{folder}' may not be read"),
            _ => new ExitException(ExitException.Failed, $"cannot watch '{folder}': {reason}"),
        };
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int inotify_init1(int flags);

    [DllImport("libc", SetLastError = true)]
    private static extern int inotify_add_watch(int fd, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, uint mask);
}
