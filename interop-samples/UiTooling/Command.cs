using System.Text;
using System.Threading.Channels;
using IOLoops.Sources;

namespace IOLoops.Samples;

/// <summary>A command under a pty. Everything of it happens on the loop's thread, which is the UI's.</summary>
internal sealed class Command : IDisposable
{
    /// <summary>How long a command usually has to end after SIGTERM, before SIGKILL.</summary>
    internal static readonly TimeSpan UsualGrace = TimeSpan.FromSeconds(2);

    // More than a pty holds.
    private const int ReadsAfterExit = 16;

    private readonly byte[] _buffer = new byte[4096];
    private readonly ChildProcess _process;
    private readonly Channel<string> _input = Channel.CreateUnbounded<string>();
    private readonly TaskCompletionSource<ExitStatus> _exited = new();
    private bool _isDisposed;

    /// <param name="loop">Runs on the calling thread.</param>
    /// <param name="line">The program and its arguments.</param>
    /// <param name="columns">The size of its terminal.</param>
    /// <param name="rows">The size of its terminal.</param>
    /// <param name="environment">Variables that differ from this program's.</param>
    /// <exception cref="IOException">It cannot be started; the message says why.</exception>
    internal Command(IOLoop loop, IReadOnlyList<string> line, int columns, int rows, IReadOnlyDictionary<string, string> environment)
    {
        var options = new ChildProcessOptions(line[0], line.Skip(1)) { Terminal = (columns, rows) };
        foreach (var (name, value) in environment)
            options.Environment[name] = value;
        _process = ChildProcess.Start(loop, options);
        loop.AddCallback(ReadAsync);
        loop.AddCallback(WriteAsync);
        loop.AddFuture(_process.Exited, OnExited);
    }

    /// <summary>What it has written; valid until the handler returns.</summary>
    internal event Action<ReadOnlyMemory<byte>>? Output;

    internal int ProcessId => _process.Id;

    /// <summary>Completes on the loop's thread, after the last output.</summary>
    internal Task<ExitStatus> Exited => _exited.Task;

    internal long BytesRead { get; private set; }

    /// <summary>How long it has to end after <see cref="Stop"/>.</summary>
    internal TimeSpan Grace { get; init; } = UsualGrace;

    private LoopStream Terminal => _process.Terminal.Stream;

    internal void Resize(int columns, int rows) => _process.Terminal.Size = (columns, rows);

    /// <summary>As if typed. If the command does not read, only this call waits.</summary>
    internal void Send(string text) => _input.Writer.TryWrite(text);

    /// <summary>SIGTERM, and SIGKILL after a while; does not wait.</summary>
    internal void Stop() => _ = _process.StopAsync(Grace);

    /// <summary>A command that still runs gets SIGHUP.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        _process.Dispose();
    }

    private async Task ReadAsync()
    {
        try
        {
            int count;
            while ((count = await Terminal.ReadAsync(_buffer)) > 0)
                Show(count);
        }
        catch (ObjectDisposedException) when (_isDisposed)
        {
            // There is nothing left to show.
        }
    }

    private async Task WriteAsync()
    {
        try
        {
            await foreach (string text in _input.Reader.ReadAllAsync())
                await Terminal.WriteAsync(Encoding.UTF8.GetBytes(text));
        }
        catch (Exception failure) when (failure is IOException or ObjectDisposedException)
        {
            // The command has ended: it will never be read.
        }
    }

    // What it has written comes before the news of its end. What it has started may continue to write after that.
    private void OnExited(Task<ExitStatus> exited)
    {
        if (_isDisposed)
            return;
        try
        {
            using var rest = new DescriptorIO(Terminal.Descriptor);
            for (int i = 0; i < ReadsAfterExit && rest.TryRead(_buffer) is > 0 and int count; i++)
                Show(count);
        }
        finally
        {
            _exited.SetFromTask(exited);
        }
    }

    private void Show(int count)
    {
        BytesRead += count;
        Output?.Invoke(_buffer.AsMemory(0, count));
    }
}
