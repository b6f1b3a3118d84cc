namespace IOLoops.Sources;

/// <summary>
/// This process's standard streams as streams of a loop: reading them can be cancelled, and blocks no thread. Whatever they are: a terminal,
/// a pipe, a file, /dev/null. Unix only.
/// </summary>
/// <remarks>
/// <para>
/// The descriptors stay open when a stream is disposed, and their flags as they are: other processes share them. Use one stream for each
/// at a time, and not <see cref="Console"/> beside it: its readers take input, and its writers may write into the middle of a line.
/// </para>
/// <para>A closed standard stream is an <see cref="IOException"/> with EBADF.</para>
/// </remarks>
/// <example>
/// <code>
/// await using var input = loop.OpenStandardInput();
/// await foreach (string line in input.ReadLinesAsync().WithCancellation(stopping))   // no thread waits, and it can be cancelled
///     Console.WriteLine(line);
/// </code>
/// </example>
public static class StandardStreams
{
    /// <summary>Descriptor 0, to read.</summary>
    /// <inheritdoc cref="OpenStandardError"/>
    public static LoopStream OpenStandardInput(this IOLoop loop) => Open(loop, 0, FileAccess.Read);

    /// <summary>Descriptor 1, to write.</summary>
    /// <inheritdoc cref="OpenStandardError"/>
    public static LoopStream OpenStandardOutput(this IOLoop loop) => Open(loop, 1, FileAccess.Write);

    /// <summary>Descriptor 2, to write.</summary>
    /// <param name="loop">Where to wait.</param>
    /// <exception cref="IOException">The descriptor is not open.</exception>
    /// <exception cref="ArgumentException">It was opened for the other direction alone.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <exception cref="PlatformNotSupportedException">This is Windows.</exception>
    public static LoopStream OpenStandardError(this IOLoop loop) => Open(loop, 2, FileAccess.Write);

    private static LoopStream Open(IOLoop loop, int fd, FileAccess access)
    {
        ArgumentNullException.ThrowIfNull(loop);
        if (OperatingSystem.IsWindows())
            throw new PlatformNotSupportedException("On Windows a loop can wait for sockets only. Use Console.OpenStandardInput and its counterparts.");
        return new LoopStream(loop, fd, access, leaveOpen: true);
    }
}
