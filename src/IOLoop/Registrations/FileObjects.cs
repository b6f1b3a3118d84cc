using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using IOLoops.Interop;
using Microsoft.Win32.SafeHandles;

namespace IOLoops.Registrations;

/// <summary>The objects that descriptors are given as: which number is theirs, whether they are closed, what keeps them open.</summary>
internal static class FileObjects
{
    /// <summary>The number that a call may use.</summary>
    /// <param name="fd">The descriptor.</param>
    /// <param name="call">The call, for its error.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int CheckNumber(FileDescriptor fd, string call)
    {
        nint number = fd.Number;
        if (number < 0 || number > int.MaxValue)
            throw number < 0 ? Errno.Failure(call, number, Errno.EBADF) : Errno.TooWide(call, number);
        // To ask Windows about a pipe may wait until what reads it has read.
        if (OperatingSystem.IsWindows() && fd.Object is SafeFileHandle { IsClosed: false } or SafePipeHandle { IsClosed: false })
            throw Errno.Failure(call, number, Errno.ENOTSOCK);
        return (int)number;
    }

    /// <summary>
    /// Keeps the object open while it is registered. Not a socket: its Dispose spins until all references are gone, so one
    /// held here would hang the thread that closes it; sockets are asked whether they are closed instead.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static RegistrationFlags Hold(object? file)
    {
        switch (file)
        {
            case Socket or SafeSocketHandle:
                ObjectDisposedException.ThrowIf(IsClosed(file), file);
                return RegistrationFlags.IsSocket;
            case SafeHandle handle:
                bool held = false;
                handle.DangerousAddRef(ref held);
                return RegistrationFlags.HoldsReference;
            default:
                return RegistrationFlags.None;
        }
    }

    /// <returns>False: it is closed.</returns>
    internal static bool TryHold(SafeHandle handle)
    {
        bool held = false;
        try
        {
            if (!handle.IsClosed)
                handle.DangerousAddRef(ref held);
        }
        catch (ObjectDisposedException)
        {
            // Closed by another thread since it was asked.
        }
        return held;
    }

    internal static bool IsClosed(object? file) => file switch
    {
        Socket socket => socket.SafeHandle.IsClosed,
        SafeHandle handle => handle.IsClosed,
        _ => false,
    };

    /// <summary>Whether the row belongs to another object that got the number when <paramref name="file"/> was closed.</summary>
    internal static bool IsSuccessor(in HandlerRegistration row, object? file) =>
        file is not null && row.Object is not null && !ReferenceEquals(file, row.Object) && IsClosed(file);
}
