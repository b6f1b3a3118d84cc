using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace IOLoops.Samples;

/// <summary>The kernel's notifications of changed files: a descriptor, readable when something has changed.</summary>
internal sealed class Inotify : IDisposable
{
    private const int CloseOnExec = 0x80000;
    private const int NonBlocking = 0x800;

    private const InotifyMask Changes = InotifyMask.Create | InotifyMask.Modify
        | InotifyMask.MovedFrom | InotifyMask.MovedTo | InotifyMask.Delete | InotifyMask.OnlyDirectory;

    private readonly byte[] _buffer = new byte[16 * 1024];

    /// <exception cref="IOException">The system has none to give.</exception>
    internal Inotify()
    {
        int descriptor = inotify_init1(CloseOnExec | NonBlocking);
        if (descriptor < 0)
            throw Libc.Failure("inotify_init1");
        Handle = new SafeFileHandle(descriptor, ownsHandle: true);
    }

    internal SafeFileHandle Handle { get; }

    /// <summary>Begins to watch the files in a folder.</summary>
    /// <returns>What <see cref="InotifyEvent.Watch"/> says for it.</returns>
    /// <exception cref="IOException">That is no folder to watch, or the system has no more watches to give.</exception>
    internal int Watch(string folder)
    {
        int watch = inotify_add_watch((int)Handle.DangerousGetHandle(), folder, (uint)Changes);
        return watch >= 0 ? watch : throw Libc.Failure($"cannot watch the folder '{folder}'");
    }

    /// <returns>Some of what has happened; empty: nothing has.</returns>
    internal List<InotifyEvent> Read() => InotifyEvent.Parse(_buffer.AsSpan(0, Libc.Read(Handle, _buffer) ?? 0));

    public void Dispose() => Handle.Dispose();

    [DllImport("libc", SetLastError = true)]
    private static extern int inotify_init1(int flags);

    [DllImport("libc", SetLastError = true)]
    private static extern int inotify_add_watch(int fd, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, uint mask);
}
