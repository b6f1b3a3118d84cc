using System.Runtime.InteropServices;

namespace IOLoops.Rx;

/// <summary>A registration of a signal that lives as long as an observer's subscription.</summary>
internal sealed class SignalSubscription : IDisposable
{
    private static readonly Action<SignalSubscription> NotifyCallback =
        static subscription => subscription._observer.OnNext(subscription._signal);

    private readonly IOLoop _loop;
    private readonly PosixSignal _signal;
    private readonly IObserver<PosixSignal> _observer;
    private readonly PosixSignalRegistration _registration;
    private volatile bool _isOver;

    internal SignalSubscription(IOLoop loop, PosixSignal signal, IObserver<PosixSignal> observer)
    {
        ObjectDisposedException.ThrowIf(loop.IsClosed, loop);
        _loop = loop;
        _signal = signal;
        _observer = observer;
        _registration = PosixSignalRegistration.Create(signal, OnSignal);
    }

    public void Dispose()
    {
        _isOver = true;
        _registration.Dispose();
    }

    /// <summary>On a thread of the runtime's, to which nothing may be thrown: that would end the process.</summary>
    private void OnSignal(PosixSignalContext context)
    {
        if (_isOver)
            return;
        try
        {
            _loop.AddCallbackFromSignal(NotifyCallback, this);
            context.Cancel = true;
        }
        catch (ObjectDisposedException)
        {
            // Nobody is left to do what the signal asks for: swallowed, it could not even end the process.
        }
    }
}
