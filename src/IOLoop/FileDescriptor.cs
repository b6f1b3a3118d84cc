using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace IOLoops;

/// <summary>
/// A file descriptor's number together with the object that owns it, if one was given: what Tornado's
/// <c>split_fd</c> returns. Two are equal when their numbers are.
/// </summary>
/// <remarks>
/// Creating one costs nothing and registers nothing. On Unix, a <see cref="Socket"/> whose handle has been read, as it is here,
/// does not try a second address after a failed <see cref="Socket.Connect(System.Net.EndPoint)"/> to a host name. Connect
/// first, or use an IP address.
/// </remarks>
public readonly struct FileDescriptor : IEquatable<FileDescriptor>
{
    internal FileDescriptor(nint number, object? file)
    {
        Number = number;
        Object = file;
    }

    /// <summary>The descriptor's number; on Windows, the SOCKET.</summary>
    public nint Number { get; }

    /// <summary>The <see cref="Socket"/>, <see cref="SafeHandle"/> or <see cref="IFileObject"/> given; <see langword="null"/> for a bare number.</summary>
    public object? Object { get; }

    /// <summary>A bare number.</summary>
    public static implicit operator FileDescriptor(int fd) => new(fd, null);

    /// <summary>Any handle that wraps a descriptor. A loop holds a reference to it while it is registered.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="handle"/> is null.</exception>
    public static implicit operator FileDescriptor(SafeHandle handle)
    {
        ArgumentNullException.ThrowIfNull(handle);
        return new(handle.DangerousGetHandle(), handle);
    }

    /// <summary>A socket.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="socket"/> is null.</exception>
    public static implicit operator FileDescriptor(Socket socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        return new(socket.SafeHandle.DangerousGetHandle(), socket);
    }

    /// <summary>An object with a descriptor. (C# allows no conversion operator from an interface.)</summary>
    /// <exception cref="ArgumentNullException"><paramref name="file"/> is null.</exception>
    public static FileDescriptor From(IFileObject file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return new(file.Descriptor, file);
    }

    /// <summary>A bare number that may be wider than an <see cref="int"/>.</summary>
    public static FileDescriptor From(nint number) => new(number, null);

    /// <summary>The same as the conversion from <see cref="int"/>, for languages without conversion operators.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public static FileDescriptor FromInt32(int fd) => fd;

    /// <summary>The same as the conversion from <see cref="SafeHandle"/>, for languages without conversion operators.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public static FileDescriptor FromSafeHandle(SafeHandle handle) => handle;

    /// <summary>The same as the conversion from <see cref="Socket"/>, for languages without conversion operators.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public static FileDescriptor FromSocket(Socket socket) => socket;

    /// <summary>Whether the numbers are equal; the objects do not matter.</summary>
    public bool Equals(FileDescriptor other) => Number == other.Number;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is FileDescriptor other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Number.GetHashCode();

    /// <summary>Whether the numbers are equal.</summary>
    public static bool operator ==(FileDescriptor left, FileDescriptor right) => left.Equals(right);

    /// <summary>Whether the numbers differ.</summary>
    public static bool operator !=(FileDescriptor left, FileDescriptor right) => !left.Equals(right);

    /// <summary>The number, and the object's type where there is one: <c>fd 7 (Socket)</c>.</summary>
    public override string ToString() => Object is null ? $"fd {Number}" : $"fd {Number} ({Object.GetType().Name})";
}
