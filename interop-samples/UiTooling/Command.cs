using System.Text;

namespace IOLoops.Samples;

/// <summary>A command under a pty. Everything of it happens on the loop's thread, which is the UI's.</summary>
internal sealed class Command : IDisposable
{
    /// <summary>How long a command usually has to end after SIGTERM, before SIGKILL.</summary>
    internal static readonly TimeSpan UsualGrace = TimeSpan.FromSeconds(2);

    // A pty gives at most 4 KiB per read. A handler that read until nothing is left would never return when a command
    // writes faster than that: what is left will be reported again, after others had their turn.
    private const int ReadsPerCall = 16;

    // A pty holds less than what so many calls read.
    private const int CallsAfterExit = 3;

    private readonly byte[] _buffer = new byte[4096];
    private readonly IOLoop _loop;
    private readonly Pty _pty = Pty.Open();
    private readonly ChildProcess _process;
    private readonly MemoryStream _input = new();
    private readonly TaskCompletionSource<ExitStatus> _exited = new();
    private TimeoutHandle _kill;
    private bool _isPtyOpen = true;
    private int _callsAfterExit;

    /// <param name="loop">Runs on the calling thread.</param>
    /// <param name="line">The program and its arguments.</param>
    /// <param name="columns">The size of its terminal.</param>
    /// <param name="rows">The size of its terminal.</param>
    /// <param name="environment">Variables that differ from this program's.</param>
    /// <exception cref="IOException">It cannot be started; the message says why.</exception>
    internal Command(IOLoop loop, IReadOnlyList<string> line, int columns, int rows, IReadOnlyDictionary<string, string> environment)
    {
        _loop = loop;
        try
        {
            _pty.Resize(columns, rows);
            _process = ChildProcess.Start(line, _pty.Name, environment);
            _loop.AddHandler(_pty.Handle, OnPty, IOEvents.Read);
            _loop.AddHandler(_process.Handle, OnExit, IOEvents.Read);
        }
        catch
        {
            // Nobody has seen this object, so nobody could end what was begun.
            if (_process is not null)
            {
                _loop.RemoveHandler(_process.Handle);
                _process.Abandon();
            }
            ClosePty();
            _input.Dispose();
            throw;
        }
    }

    /// <summary>What it has written; valid until the handler returns.</summary>
    internal event Action<ReadOnlyMemory<byte>>? Output;

    internal int ProcessId => _process.Id;

    internal bool IsRunning => !_exited.Task.IsCompleted;

    /// <summary>Completes on the loop's thread.</summary>
    internal Task<ExitStatus> Exited => _exited.Task;

    internal long BytesRead { get; private set; }

    /// <summary>How long it has to end after <see cref="Stop"/>.</summary>
    internal TimeSpan Grace { get; init; } = UsualGrace;

    internal void Resize(int columns, int rows)
    {
        if (_isPtyOpen)
            _pty.Resize(columns, rows);
    }

    /// <summary>As if typed. A command that does not read makes it wait, and nobody else.</summary>
    internal void Send(string text)
    {
        if (!_isPtyOpen)
            return;
        _input.Write(Encoding.UTF8.GetBytes(text));
        WriteInput();
    }

    /// <summary>SIGTERM, and SIGKILL after a while; does not wait.</summary>
    internal void Stop()
    {
        if (!IsRunning)
            return;
        _process.Signal(UnixSignal.Terminate);
        if (_kill == default) // who asks again does not grant more time
            _kill = _loop.CallLater(Grace, () => _process.Signal(UnixSignal.Kill));
    }

    /// <summary>A command that still runs gets SIGHUP.</summary>
    public void Dispose()
    {
        _loop.RemoveTimeout(_kill);
        _loop.RemoveHandler(_process.Handle);
        ClosePty();
        _process.Dispose();
        _input.Dispose();
    }

    private void OnPty(FileDescriptor fd, IOEvents events)
    {
        if (events.IsWritable())
            WriteInput();
        if (events.IsReadable() || events.HasError())
            ReadOutput();
    }

    private void OnExit(FileDescriptor fd, IOEvents events)
    {
        // What it has written comes before the news of its end. What it has started may go on writing after that, for ever.
        bool mayBeMore = false;
        try
        {
            mayBeMore = ReadOutput() && ++_callsAfterExit < CallsAfterExit;
        }
        finally
        {
            // Otherwise this will be called again: the pidfd stays readable. That also forbids to leave it as it is when
            // reading has failed: the loop would report the failure in every turn.
            if (!mayBeMore)
            {
                _loop.RemoveHandler(fd);
                _loop.RemoveTimeout(_kill);
                _exited.SetResult(_process.Reap());
            }
        }
    }

    /// <returns>Whether there may be more.</returns>
    private bool ReadOutput()
    {
        for (int i = 0; i < ReadsPerCall && _isPtyOpen; i++)
        {
            if (ReadPty() is not { } count)
                return false;
            BytesRead += count;
            if (count == 0)
                ClosePty();
            else
                Output?.Invoke(_buffer.AsMemory(0, count));
        }
        return _isPtyOpen;
    }

    private int? ReadPty()
    {
        try
        {
            return Libc.Read(_pty.Handle, _buffer);
        }
        catch (IOException)
        {
            ClosePty(); // it would fail again in every turn
            throw;
        }
    }

    private void WriteInput()
    {
        int written = Libc.Write(_pty.Handle, _input.GetBuffer().AsSpan(0, (int)_input.Length));
        byte[] rest = _input.GetBuffer()[written..(int)_input.Length];
        _input.SetLength(0);
        _input.Write(rest);
        _loop.UpdateHandler(_pty.Handle, rest.Length == 0 ? IOEvents.Read : IOEvents.Read | IOEvents.Write);
    }

    private void ClosePty()
    {
        if (!_isPtyOpen)
            return;
        _isPtyOpen = false;
        _loop.RemoveHandler(_pty.Handle);
        _pty.Dispose();
    }
}
