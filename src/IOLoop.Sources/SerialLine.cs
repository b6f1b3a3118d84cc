using IOLoops.Sources.Interop;
using IOLoops.Sources.Terminals;
using Microsoft.Win32.SafeHandles;

namespace IOLoops.Sources;

/// <summary>
/// A serial line, or another terminal, as a stream of a loop, with its speed, parity and modem lines. Linux only. Any thread.
/// </summary>
/// <remarks>
/// Opening does not wait for a carrier, and does not make the line this process's controlling terminal. A character with a parity error
/// is read as 0. Disposal restores the settings that the line had.
/// </remarks>
/// <example>
/// <code>
/// using var line = SerialLine.Open(loop, "/dev/ttyUSB0", new SerialLineOptions { BaudRate = 115_200 });
/// await line.Stream.WriteAsync("*IDN?\r\n"u8.ToArray());
/// await foreach (string answer in line.Stream.ReadLinesAsync())
/// {
///     Console.WriteLine(answer);
///     break;
/// }
/// </code>
/// </example>
public sealed class SerialLine : IDisposable
{
    private const double MostDeviation = 0.03; // of the speed: more than receivers tolerate

    private readonly IOLoop _loop;
    private readonly FileDescriptor _fd;
    private readonly SavedSettings _saved;
    private readonly CancellationTokenSource _closing = new();
    private int _isDisposed;

    private SerialLine(IOLoop loop, SafeFileHandle handle, SerialLineOptions options, string path)
    {
        _loop = loop;
        _fd = handle;
        _saved = new SavedSettings(handle);
        TerminalControl.Set(_fd, SerialSettings.Apply(_saved.Original, options));
        try
        {
            CheckSpeed(path, (uint)options.BaudRate);
            Stream = new LoopStream(loop, _fd, FileAccess.ReadWrite, leaveOpen: false, owner: _saved);
        }
        catch
        {
            _saved.Restore();
            throw;
        }
    }

    /// <summary>What it receives and sends. Disposing of it closes the line, and restores the settings, too.</summary>
    public LoopStream Stream { get; }

    /// <summary>The line DTR, which says that this side is there. Raised when a line is opened, usually.</summary>
    /// <exception cref="IOException">The device has no modem lines (ENOTTY), as a pty.</exception>
    /// <exception cref="ObjectDisposedException">The line is closed.</exception>
    public bool DataTerminalReady
    {
        get => TerminalControl.HasLine(_fd, TerminalControl.DataTerminalReady);
        set => TerminalControl.SetLine(_fd, TerminalControl.DataTerminalReady, value);
    }

    /// <summary>The line RTS. The system controls it with <see cref="SerialFlowControl.Hardware"/>.</summary>
    /// <inheritdoc cref="DataTerminalReady"/>
    public bool RequestToSend
    {
        get => TerminalControl.HasLine(_fd, TerminalControl.RequestToSend);
        set => TerminalControl.SetLine(_fd, TerminalControl.RequestToSend, value);
    }

    /// <summary>The line CTS: the other side lets this one send.</summary>
    /// <inheritdoc cref="DataTerminalReady"/>
    public bool ClearToSend => TerminalControl.HasLine(_fd, TerminalControl.ClearToSend);

    /// <summary>The line DSR: the other side is there.</summary>
    /// <inheritdoc cref="DataTerminalReady"/>
    public bool DataSetReady => TerminalControl.HasLine(_fd, TerminalControl.DataSetReady);

    /// <summary>The line DCD: a modem has a connection.</summary>
    /// <inheritdoc cref="DataTerminalReady"/>
    public bool CarrierDetect => TerminalControl.HasLine(_fd, TerminalControl.CarrierDetect);

    /// <summary>The line RI: a modem is called.</summary>
    /// <inheritdoc cref="DataTerminalReady"/>
    public bool RingIndicator => TerminalControl.HasLine(_fd, TerminalControl.RingIndicator);

    /// <summary>Opens a line. Any thread.</summary>
    /// <param name="loop">Where its stream waits.</param>
    /// <param name="path">Such as <c>/dev/ttyUSB0</c>.</param>
    /// <param name="options">9600 baud, 8 data bits, no parity, one stop bit, no flow control and raw, when null.</param>
    /// <exception cref="IOException">It cannot be opened, is no terminal (ENOTTY), or does not support the speed. The HResult is the errno.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="ArgumentException">Options contradict each other.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <exception cref="PlatformNotSupportedException">This is not Linux.</exception>
    public static SerialLine Open(IOLoop loop, string path, SerialLineOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(loop);
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= new SerialLineOptions();
        options.Validate();
        if (!OperatingSystem.IsLinux())
            throw new PlatformNotSupportedException("SerialLine needs Linux. Use SerialPort of the package System.IO.Ports on this system.");
        ObjectDisposedException.ThrowIf(loop.IsClosed, loop);
        var handle = OpenDevice(path);
        try
        {
            return new SerialLine(loop, handle, options, path);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Sends a break, which is longer than any character: typically 250 ms. By the loop's clock. Any thread.</summary>
    /// <returns>Ends when the break has.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The duration is negative.</exception>
    /// <exception cref="IOException">(From the task.) The device has failed.</exception>
    /// <exception cref="ObjectDisposedException">The line or the loop is closed; from the task, when that happens meanwhile.</exception>
    public Task SendBreakAsync(TimeSpan duration)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(duration, TimeSpan.Zero);
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _isDisposed) != 0, this);
        return _loop.InvokeAsync(() => BreakAsync(duration));
    }

    /// <summary>Ends what its stream does, restores the settings and closes the line. Any thread.</summary>
    /// <remarks>Await the last write, and what the device needs to send it, before: the settings change at once.</remarks>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
            return;
        EndBreak();
        _saved.Restore();
        _closing.Cancel(); // calls waits of the loop alone, which post
        _closing.Dispose();
        Stream.Dispose();
    }

    private static SafeFileHandle OpenDevice(string path)
    {
        int fd;
        int errno;
        do
        {
            fd = Libc.open(path, Libc.ReadWrite | Libc.NonBlocking | Libc.NoControllingTerminal | Libc.CloseOnExec);
            errno = fd < 0 ? Errno.Last : Errno.Ok;
        }
        while (errno == Errno.EINTR);
        return fd >= 0 ? new SafeFileHandle(fd, ownsHandle: true) : throw Errno.Failure($"Opening '{path}'", errno);
    }

    /// <summary>A driver takes the nearest speed that it has, and does not fail.</summary>
    private void CheckSpeed(string path, uint asked)
    {
        uint speed = TerminalControl.Get(_fd).OutputSpeed;
        if (Math.Abs((double)speed - asked) > asked * MostDeviation)
            throw new IOException($"'{path}' cannot run at {asked} baud; the nearest speed that it has is {speed}.", Errno.EINVAL);
    }

    /// <summary>On the loop. Waits for nothing but errors until the time is over: so it hears of disposal and of the loop's end.</summary>
    private async Task BreakAsync(TimeSpan duration)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _isDisposed) != 0, this);
        using var time = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token);
        TerminalControl.SetBreak(_fd, true);
        _loop.CallLater(duration, Cancel, time);
        try
        {
            await _loop.WaitAsync(_fd, IOEvents.None, time.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            ObjectDisposedException.ThrowIf(Volatile.Read(ref _isDisposed) != 0, this);
        }
        finally
        {
            EndBreak();
        }
    }

    private static void Cancel(CancellationTokenSource time)
    {
        try
        {
            time.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The line has failed before.
        }
    }

    private void EndBreak()
    {
        try
        {
            TerminalControl.SetBreak(_fd, false);
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // Closed, which ends a break.
        }
    }
}
