using System.Runtime.InteropServices;
using IOLoops.Tasks;

namespace IOLoops;

public abstract partial class IOLoop
{
    private readonly List<SignalHandler> _signalHandlers = []; // guarded by itself

    /// <summary>
    /// Runs <paramref name="callback"/> on the loop each time the process receives a signal. Any thread.
    /// </summary>
    /// <remarks>
    /// <para>
    /// While there is a handler, the signal does not have its default effect: SIGTERM and SIGINT do not end the process. That is
    /// decided on a thread of the runtime, before the loop learns of the signal, so setting
    /// <see cref="PosixSignalContext.Cancel"/> in the callback has no effect. (SIGCHLD, SIGCONT and SIGWINCH, given by name, keep
    /// their default effect, which neither ends nor stops anything.) The default effect returns when the last handler is disposed
    /// of, and when the loop is closed.
    /// </para>
    /// <para>
    /// A signal may have many handlers, on one loop or on several, and each is called. Passing a signal to the loop takes no lock and
    /// allocates nothing. The system may merge signals of one kind that arrive quickly, but the callback runs at least once after
    /// each of them.
    /// </para>
    /// </remarks>
    /// <param name="signal">A name, or a raw number of this platform: <c>(PosixSignal)10</c> is SIGUSR1 on Linux.</param>
    /// <param name="callback">Runs in the <see cref="ExecutionContext"/> of this call. What it throws goes to <see cref="HandleCallbackException"/>.</param>
    /// <returns>
    /// Dispose it to remove the handler. Any thread. Disposed on the loop's thread, the callback does not run afterwards, not even
    /// for a signal that has arrived already.
    /// </returns>
    /// <exception cref="ArgumentNullException"><paramref name="callback"/> is null.</exception>
    /// <exception cref="IOException">The system allows no handler for this signal: SIGKILL, SIGSTOP.</exception>
    /// <exception cref="PlatformNotSupportedException">This platform has no such signal.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <example>
    /// Ends the run, and so the program, in order:
    /// <code>
    /// var handler = loop.AddSignalHandler(PosixSignal.SIGTERM, _ => loop.Stop());
    /// </code>
    /// </example>
    public IDisposable AddSignalHandler(PosixSignal signal, Action<PosixSignalContext> callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        lock (_signalHandlers)
        {
            ObjectDisposedException.ThrowIf(IsClosed, this);
            var handler = new SignalHandler(this, signal, callback, RemoveSignalHandler);
            _signalHandlers.Add(handler);
            return handler;
        }
    }

    /// <summary>The loop is closed, which is visible by now: none is added any longer.</summary>
    private void EndSignalHandlers()
    {
        lock (_signalHandlers)
        {
            foreach (var handler in _signalHandlers)
                handler.End();
            _signalHandlers.Clear();
        }
    }

    private void RemoveSignalHandler(SignalHandler handler)
    {
        lock (_signalHandlers)
            _signalHandlers.Remove(handler);
    }
}
