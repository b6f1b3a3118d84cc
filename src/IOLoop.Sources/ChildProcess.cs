using System.Runtime.InteropServices;
using IOLoops.Sources.Interop;
using IOLoops.Sources.Processes;

namespace IOLoops.Sources;

/// <summary>
/// A program that this process has started: its standard streams, and how it ended. No thread waits for it. It is reaped even if no code
/// awaits its end, also after the loop was closed. Linux, macOS, FreeBSD, Windows.
/// </summary>
/// <remarks>
/// <para>
/// There is no shell. The child gets its three standard streams and no other descriptor of this process. Signals are at their defaults,
/// except those that this process was started with ignored (by <c>nohup</c>), which stay ignored unless the child begins a session.
/// </para>
/// <para>
/// All that the child has written can be read after <see cref="Exited"/>, until this is disposed. The end of its output is not its own
/// end: what it has started may keep the pipe open longer, or it may close its output and continue.
/// </para>
/// <para>
/// Programs that use <see cref="System.Diagnostics.Process"/>, too, may do so: each reaps its own children alone.
/// </para>
/// <para>
/// Windows: there are no signals. SIGTERM and SIGKILL end the process at once (<c>TerminateProcess</c>), so <see cref="StopAsync"/> leaves it no
/// time: to ask it to end, close its standard input or write to it first. Its exit code is then what a shell would report: 143 or 137. With
/// <see cref="ChildProcessOptions.NewProcessGroup"/> all that it has started is ended with it. There are neither sessions nor terminals. The
/// pipes are streams with the differences that <see cref="LoopStream.From"/> names. A program with a .bat or .cmd file must be started by
/// cmd.exe.
/// </para>
/// </remarks>
/// <example>
/// <code>
/// await using var child = ChildProcess.Start(loop, "ls", "/");
/// await foreach (string line in child.StandardOutput.ReadLinesAsync())
///     Console.WriteLine(line);
/// ExitStatus status = await child.Exited;
/// Console.WriteLine(status.ExitCode);
/// </code>
/// </example>
public sealed class ChildProcess : IDisposable, IAsyncDisposable
{
    private static readonly TimeSpan GraceOfDisposal = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestGrace = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    private readonly IOLoop _loop;
    private readonly ChildHandle _handle;
    private readonly ParentEnds _ends;
    private readonly ChildStop _stop;
    private readonly ChildWatch _watch;
    private Task? _disposal;

    private ChildProcess(IOLoop loop, ChildHandle handle, ParentEnds ends)
    {
        _loop = loop;
        _handle = handle;
        _ends = ends;
        _stop = new ChildStop(loop, handle);
        _watch = new ChildWatch(loop, handle, _stop);
    }

    /// <summary>Where it is waited for.</summary>
    public IOLoop Loop => _loop;

    /// <summary>The process's number.</summary>
    public int Id => _handle.Id;

    /// <summary>Writes to its standard input. Dispose of it, or call <see cref="LoopStream.CompleteWrites"/>, to let the child read the end.</summary>
    /// <exception cref="InvalidOperationException">It was not started with <see cref="ChildStream.Pipe"/>.</exception>
    public LoopStream StandardInput => _ends.Input ?? throw NoPipe(nameof(StandardInput));

    /// <summary>Reads its standard output.</summary>
    /// <exception cref="InvalidOperationException">It was not started with <see cref="ChildStream.Pipe"/>.</exception>
    public LoopStream StandardOutput => _ends.Output ?? throw NoPipe(nameof(StandardOutput));

    /// <summary>Reads its standard error.</summary>
    /// <exception cref="InvalidOperationException">It was not started with <see cref="ChildStream.Pipe"/>.</exception>
    public LoopStream StandardError => _ends.Error ?? throw NoPipe(nameof(StandardError));

    /// <summary>The terminal that it runs under.</summary>
    /// <exception cref="InvalidOperationException">It was started without <see cref="ChildProcessOptions.Terminal"/>.</exception>
    public PseudoTerminal Terminal => _ends.Terminal
        ?? throw new InvalidOperationException("The child has no terminal. Set ChildProcessOptions.Terminal before you start it.");

    /// <summary>
    /// Ends on the loop when the process has ended, with its exit code or the signal that ended it; on the thread pool when the loop was
    /// closed. It need not be awaited.
    /// </summary>
    /// <remarks>Fails with an <see cref="IOException"/> where other code has reaped the process, as in a program that was started with SIGCHLD ignored.</remarks>
#pragma warning disable VSTHRD003 // the loop ends it
    public Task<ExitStatus> Exited => _watch.Exited;
#pragma warning restore VSTHRD003

    /// <summary>Starts a program. Any thread.</summary>
    /// <exception cref="IOException">It cannot be started: it or its working directory does not exist or may not be used, or the system has no
    /// resources left. The message names the program and why; <see cref="Exception.HResult"/> is the errno.</exception>
    /// <exception cref="ArgumentException">The options contradict each other, or a string in them has a NUL character.</exception>
    /// <exception cref="PlatformNotSupportedException">Windows has no such option, or the C library is too old for it.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    public static ChildProcess Start(IOLoop loop, ChildProcessOptions options)
    {
        ArgumentNullException.ThrowIfNull(loop);
        ArgumentNullException.ThrowIfNull(options);
        ObjectDisposedException.ThrowIf(loop.IsClosed, loop);
        var launch = new Launch(options);
        var ends = new ParentEnds();
        try
        {
            ChildHandle handle = OperatingSystem.IsWindows() ? WindowsChildStart.Start(loop, launch, ends) : ChildStart.Start(loop, launch, ends);
            var child = new ChildProcess(loop, handle, ends);
            child._watch.Begin();
            return child;
        }
        catch
        {
            ends.Dispose();
            throw;
        }
    }

    /// <summary>Starts a program with its standard output as a pipe, its standard input at its end, and this process's standard error. Any thread.</summary>
    /// <inheritdoc cref="Start(IOLoop, ChildProcessOptions)"/>
    public static ChildProcess Start(IOLoop loop, string program, params IEnumerable<string> arguments) =>
        Start(loop, new ChildProcessOptions(program, arguments));

    /// <summary>Sends a signal to the process; does nothing when it has ended. Any thread.</summary>
    /// <param name="signal">A name, or a raw number of this platform: <c>(PosixSignal)9</c> is SIGKILL.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such signal.</exception>
    /// <exception cref="PlatformNotSupportedException">Windows: it is neither SIGTERM nor SIGKILL.</exception>
    /// <exception cref="IOException">The system does not allow it: the process has become another user's.</exception>
    public void Signal(PosixSignal signal)
    {
        int errno = _handle.Signal(SignalNumbers.From(signal));
        if (errno == Errno.EINVAL)
            throw new ArgumentOutOfRangeException(nameof(signal), signal, "This platform has no such signal.");
        if (errno != Errno.Ok)
            throw Errno.Failure($"Sending a signal to process {Id}", errno);
    }

#pragma warning disable VSTHRD003 // tasks that the loop ends
    /// <summary>
    /// Sends SIGTERM, and SIGKILL when the process has not ended <paramref name="grace"/> later; to its whole group where it was started with
    /// <see cref="ChildProcessOptions.NewSession"/>, <see cref="ChildProcessOptions.NewProcessGroup"/> or
    /// <see cref="ChildProcessOptions.Terminal"/>. When the process has ended already, nothing is signalled, although what it has started may
    /// live on. A stopped process is continued, so that it can act on SIGTERM. Any thread.
    /// </summary>
    /// <remarks>
    /// The grace is counted by the loop's clock, and by the system's while the loop does not run or when it is closed. A later call can
    /// shorten it. An interactive shell ignores SIGTERM: dispose of its terminal, or send SIGHUP. Where SIGKILL cannot be sent when its time
    /// has come, that is reported as a failed callback (see <see cref="IOLoop.CallbackException"/>), and it is tried again later.
    /// </remarks>
    /// <param name="grace">How long it has; zero: SIGKILL follows at once; <see cref="Timeout.InfiniteTimeSpan"/>: SIGTERM alone.</param>
    /// <param name="cancellationToken">Ends the waiting alone.</param>
    /// <returns>How it ended: the same as <see cref="Exited"/>.</returns>
    /// <exception cref="IOException">(From the task.) The system does not allow the signal: the process has become another user's. SIGKILL
    /// is tried all the same when <paramref name="grace"/> has passed.</exception>
    public Task<ExitStatus> StopAsync(TimeSpan grace, CancellationToken cancellationToken = default)
    {
        if (grace != Timeout.InfiniteTimeSpan && (grace < TimeSpan.Zero || grace > LongestGrace))
            throw new ArgumentOutOfRangeException(nameof(grace), grace, "Pass zero, a time of at most 49 days, or Timeout.InfiniteTimeSpan.");
        if (_stop.Begin(grace) is { } refusal)
            return Task.FromException<ExitStatus>(refusal);
        if (!cancellationToken.CanBeCanceled)
            return Exited;
        return Exited.IsCompleted ? Exited : WaitAsync(cancellationToken);
    }

    /// <summary>The same as <see cref="DisposeAsync"/>, without waiting for the end of the process. Any thread.</summary>
    public void Dispose() => _ = DisposeOnceAsync();

    /// <summary>
    /// Ends the process, if it still runs: closes its terminal, which hangs it up, and calls <see cref="StopAsync"/> with a grace of 5 seconds.
    /// When it has ended, its pipes are closed: output that was not read is lost. A signal that the system does not allow is reported as a
    /// failed callback. Any thread.
    /// </summary>
    public ValueTask DisposeAsync() => new(DisposeOnceAsync());

    private Task DisposeOnceAsync()
    {
        if (Volatile.Read(ref _disposal) is { } begun)
            return begun;
        var disposed = new TaskCompletionSource();
        if (Interlocked.CompareExchange(ref _disposal, disposed.Task, null) is { } other)
            return other;
        _ends.Terminal?.Dispose();
        _stop.Report(_stop.Begin(GraceOfDisposal));
        if (Exited.IsCompleted)
        {
            _ends.Dispose();
            disposed.SetResult();
        }
        else
        {
            AtExit(_ =>
            {
                _ends.Dispose();
                disposed.SetResult();
            });
        }
        return disposed.Task;
    }

    /// <summary>Ends with the process, or when the token is cancelled: then, too, on the loop.</summary>
    private Task<ExitStatus> WaitAsync(CancellationToken cancellationToken)
    {
        var waiting = new TaskCompletionSource<ExitStatus>();
        var registration = cancellationToken.UnsafeRegister(_ => Cancel(waiting, cancellationToken), null);
        AtExit(exited =>
        {
            registration.Unregister();
            waiting.TrySetFromTask(exited);
        });
        return waiting.Task;
    }

    /// <summary>An await would resume on the thread pool, because the loop's thread has a context that is not the caller's.</summary>
    private void AtExit(Action<Task<ExitStatus>> then) =>
        _ = Exited.ContinueWith(then, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    private void Cancel(TaskCompletionSource<ExitStatus> waiting, CancellationToken token)
    {
        // A closed loop calls nothing.
        if (!_loop.TryAddCallback(() => waiting.TrySetCanceled(token)))
            ThreadPool.UnsafeQueueUserWorkItem(_ => waiting.TrySetCanceled(token), null);
    }
#pragma warning restore VSTHRD003

    private static InvalidOperationException NoPipe(string stream) =>
        new($"{stream} is not a pipe. Set ChildProcessOptions.{stream} to ChildStream.Pipe before you start it.");
}
