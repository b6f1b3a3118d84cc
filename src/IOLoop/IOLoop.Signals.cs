using System.Runtime.InteropServices;
using IOLoops.Core;

namespace IOLoops;

public abstract partial class IOLoop
{
    private readonly List<SignalHandler> _signalHandlers = []; // guarded by itself

    /// <summary>
    /// Runs <paramref name="callback"/> on the loop each time that the process is sent a signal. Any thread.
    /// </summary>
    /// <remarks>
    /// <para>
    /// While there is a handler the signal does not have its default effect: SIGTERM and SIGINT do not end the process. That is
    /// decided when the signal arrives, on a thread of the runtime's, before the loop learns of it: what the callback sets
    /// <see cref="PosixSignalContext.Cancel"/> to changes nothing. (SIGCHLD, SIGCONT and SIGWINCH, given by name, keep theirs:
    /// it neither ends nor stops anything.) A signal has its default effect again when its last handler was disposed of, and
    /// when the loop is closed.
    /// </para>
    /// <para>
    /// A signal may have many handlers, on one loop or on several; each is called. Handing over takes no lock and allocates
    /// nothing. The system merges signals of one kind that arrive faster than they are taken, but never loses the last: the
    /// callback runs at least once after each.
    /// </para>
    /// </remarks>
    /// <param name="signal">A name, or a raw number of this platform: <c>(PosixSignal)10</c> is SIGUSR1 on Linux.</param>
    /// <param name="callback">Runs in the <see cref="ExecutionContext"/> of this call. What it throws goes to <see cref="HandleCallbackException"/>.</param>
    /// <returns>
    /// Disposing it ends the handler, on any thread; on the loop's, the callback does not run afterwards, not even for a signal
    /// that was on its way.
    /// </returns>
    /// <exception cref="ArgumentNullException"><paramref name="callback"/> is null.</exception>
    /// <exception cref="IOException">The system does not let go of this signal: SIGKILL, SIGSTOP.</exception>
    /// <exception cref="PlatformNotSupportedException">This platform has no such signal.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
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
