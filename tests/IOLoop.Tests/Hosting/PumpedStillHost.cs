using IOLoops.Conformance;

namespace IOLoops.Tests.Hosting;

/// <summary>A still host that also runs what is posted while a loop waits for the end of something.</summary>
internal sealed class PumpedStillHost : StillHost, IPumpableHost
{
    private readonly Thread _thread = Thread.CurrentThread;

    public bool IsOnHostThread => Thread.CurrentThread == _thread;

    public bool CanPump => IsOnHostThread;

    public void Pump(Task until)
    {
        while (!until.IsCompleted)
        {
            Bounded.Until(() => Waiting > 0 || until.IsCompleted, "the loop posts a turn");
            if (Waiting > 0)
                RunOne();
        }
    }
}
