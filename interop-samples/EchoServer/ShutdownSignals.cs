using System.Runtime.InteropServices;

namespace IOLoops.Samples;

/// <summary>Ctrl-C and SIGTERM run a callback on a loop instead of ending the process.</summary>
internal sealed class ShutdownSignals : IDisposable
{
    private readonly IOLoop _loop;
    private readonly Action _callback;
    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _terminate;

    internal ShutdownSignals(IOLoop loop, Action callback)
    {
        _loop = loop;
        _callback = callback;
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
    }

    public void Dispose()
    {
        _interrupt.Dispose();
        _terminate.Dispose();
    }

    // On a thread of the runtime's.
    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        try
        {
            _loop.AddCallbackFromSignal(_callback);
        }
        catch (ObjectDisposedException)
        {
            // A second signal, while the first one ends the program.
        }
    }
}
