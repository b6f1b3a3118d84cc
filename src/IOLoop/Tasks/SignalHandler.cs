using System.Runtime.InteropServices;
using IOLoops.Callbacks;
using IOLoops.Diagnostics;
using IOLoops.Ownership;

namespace IOLoops.Tasks;

/// <summary>A callback for a signal: registered with the runtime until it is disposed of, or its loop is closed.</summary>
internal sealed class SignalHandler : IDisposable
{
    private readonly IOLoop _loop;
    private readonly PosixSignal _signal;
    private readonly Action<PosixSignalContext> _callback;
    private readonly ExecutionContext? _context = DefaultContext.Capture();
    private readonly Action<SignalHandler> _onEnd;
    private readonly PosixSignalRegistration _registration;
    private volatile bool _isOver;
    private volatile bool _isDisposed;

    /// <param name="loop">Where to call.</param>
    /// <param name="signal">A name, or a raw number.</param>
    /// <param name="callback">What to call.</param>
    /// <param name="onEnd">Called when it is disposed of. Any thread.</param>
    internal SignalHandler(IOLoop loop, PosixSignal signal, Action<PosixSignalContext> callback, Action<SignalHandler> onEnd)
    {
        _loop = loop;
        _signal = signal;
        _callback = callback;
        _onEnd = onEnd;
        _registration = PosixSignalRegistration.Create(signal, OnSignal);
    }

    public void Dispose()
    {
        _isDisposed = true;
        End();
        _onEnd(this);
    }

    internal void End()
    {
        _isOver = true;
        _registration.Dispose();
    }

    /// <summary>On a thread of the runtime's, to which nothing may be thrown: that would end the process.</summary>
    private void OnSignal(PosixSignalContext context)
    {
        if (_isOver)
            return;
        // The runtime looks at the decision when this returns, and the callback may not have run by then. Other registrations
        // have the same context, and their decision is kept when no handler is left here to act on the signal.
        bool before = context.Cancel;
        if (!IsHarmless(_signal))
            context.Cancel = true;
        if (!TryHandOver())
            context.Cancel = before;
    }

    private bool TryHandOver()
    {
        if (_loop.Core is { } core)
            return core.Poster.TryPostFromSignal(new WorkItem(_callback, this, Invoker.Instance, _context));
        try
        {
            _loop.AddCallbackFromSignal(CallElsewhere);
            return true;
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
        catch (Exception exception)
        {
            LoopLog.CallbackFailed(_loop.Logger, exception, _loop.Name, LoopLog.Describe(_callback));
            return false;
        }
    }

    /// <summary>Signals whose default effect ends and stops nothing; the runtime's own doings (terminals, children) are not kept from it.</summary>
    private static bool IsHarmless(PosixSignal signal) =>
        !OperatingSystem.IsWindows() && signal is PosixSignal.SIGCHLD or PosixSignal.SIGCONT or PosixSignal.SIGWINCH;

    private void Call()
    {
        if (!_isOver)
            _callback(new PosixSignalContext(_signal) { Cancel = true });
    }

    /// <summary>On a loop written elsewhere, which knows neither the context nor the user's delegate.</summary>
    private void CallElsewhere()
    {
        try
        {
            if (_context is null)
                Call();
            else
                ExecutionContext.Run(_context, static handler => ((SignalHandler)handler!).Call(), this);
        }
        catch (Exception exception)
        {
            _loop.ReportFailure(_callback, exception);
        }
    }

    /// <summary>Calls it on the loop; a failure is reported with the user's delegate.</summary>
    private sealed class Invoker : WorkInvoker
    {
        internal static readonly Invoker Instance = new();

        internal override bool IsMissed(object? state) => !((SignalHandler)state!)._isDisposed;

        internal override Task? Invoke(Delegate callback, object? state)
        {
            ((SignalHandler)state!).Call();
            return null;
        }
    }
}
