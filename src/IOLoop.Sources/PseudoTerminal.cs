using IOLoops.Sources.Interop;
using Microsoft.Win32.SafeHandles;

namespace IOLoops.Sources;

/// <summary>
/// A pseudo-terminal: what is written to <see cref="Stream"/> is typed into it, and what a program writes to its other end is read from
/// there. To run a program under one, set <see cref="ChildProcessOptions.Terminal"/>. Any thread. Linux, macOS, FreeBSD.
/// </summary>
/// <example>
/// <code>
/// using var terminal = PseudoTerminal.Open(loop, columns: 80, rows: 24);
/// using var other = terminal.OpenOtherEnd();           // keeps the terminal open
/// await terminal.Stream.WriteAsync("typed\n"u8.ToArray());
/// await foreach (string line in terminal.Stream.ReadLinesAsync())
/// {
///     Console.WriteLine(line);                         // the echo
///     break;
/// }
/// </code>
/// </example>
public sealed unsafe class PseudoTerminal : IDisposable
{
    private readonly SafeFileHandle _handle;
    private readonly Lock _gate = new(); // guards _before
    private byte[]? _before; // the settings before raw mode

    private PseudoTerminal(IOLoop loop, SafeFileHandle handle, string name)
    {
        _handle = handle;
        Name = name;
        Stream = new LoopStream(loop, handle);
    }

    /// <summary>What appears on the terminal, and what is typed. At its end when no program has the other end open any more.</summary>
    public LoopStream Stream { get; }

    /// <summary>The path of the other end.</summary>
    public string Name { get; }

    /// <summary>Its size in characters. When it changes, the programs that run under it get SIGWINCH.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A number is negative or greater than 65535.</exception>
    /// <exception cref="ObjectDisposedException">It was disposed.</exception>
    public (int Columns, int Rows) Size
    {
        get
        {
            using var hold = new DescriptorHold(_handle);
            return TerminalMode.GetSize(hold.Fd);
        }

        set
        {
            CheckSize(value.Columns, value.Rows);
            using var hold = new DescriptorHold(_handle);
            TerminalMode.SetSize(hold.Fd, value.Columns, value.Rows);
        }
    }

    /// <summary>Opens a new one.</summary>
    /// <param name="loop">Where its stream waits.</param>
    /// <param name="columns">Its width in characters; 0: unknown.</param>
    /// <param name="rows">Its height in characters; 0: unknown.</param>
    /// <exception cref="IOException">The system has none left, or no descriptors.</exception>
    /// <exception cref="PlatformNotSupportedException">Windows.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    public static PseudoTerminal Open(IOLoop loop, int columns = 80, int rows = 24)
    {
        ArgumentNullException.ThrowIfNull(loop);
        CheckSize(columns, rows);
        if (OperatingSystem.IsWindows())
            throw new PlatformNotSupportedException("On Windows a loop can wait for sockets only, not for a pseudo-console.");
        ObjectDisposedException.ThrowIf(loop.IsClosed, loop);
        int fd = TerminalMode.Open();
        var handle = new SafeFileHandle(fd, ownsHandle: true);
        try
        {
            string name = TerminalMode.UnlockOtherEnd(fd);
            TerminalMode.SetSize(fd, columns, rows);
            return new PseudoTerminal(loop, handle, name);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Opens the other end, for a program that is started by other means, or for this one. Blocking, closed in child processes, and never this
    /// process's controlling terminal.
    /// </summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    /// <exception cref="ObjectDisposedException">It was disposed.</exception>
    public SafeFileHandle OpenOtherEnd()
    {
        using var hold = new DescriptorHold(_handle); // else the path may be another's by now
        int fd = Libc.open(Name, Libc.ReadWrite | Libc.NoControllingTerminal | Libc.CloseOnExec);
        return new SafeFileHandle(Errno.Check(fd, $"Opening {Name}"), ownsHandle: true);
    }

    /// <summary>Switches raw mode: no echo, no line editing, no signals from keys, no translation of line ends.</summary>
    /// <param name="raw"><see langword="false"/> restores what was set before.</param>
    /// <exception cref="ObjectDisposedException">It was disposed.</exception>
    public void SetRaw(bool raw)
    {
        byte* settings = stackalloc byte[TerminalMode.SizeOfSettings];
        var copy = new Span<byte>(settings, TerminalMode.SizeOfSettings);
        copy.Clear();
        using var hold = new DescriptorHold(_handle);
        lock (_gate)
        {
            if (raw == (_before is not null))
                return;
            if (raw)
            {
                TerminalMode.GetSettings(hold.Fd, settings);
                byte[] before = copy.ToArray();
                TerminalMode.MakeRaw(settings);
                TerminalMode.SetSettings(hold.Fd, settings);
                _before = before;
            }
            else
            {
                _before.CopyTo(copy);
                TerminalMode.SetSettings(hold.Fd, settings);
                _before = null;
            }
        }
    }

    /// <summary>Closes this end, and its stream: programs under it get SIGHUP, as when a terminal's window is closed.</summary>
    public void Dispose() => Stream.Dispose();

    private static void CheckSize(int columns, int rows)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(columns, ushort.MaxValue);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows, ushort.MaxValue);
    }
}
