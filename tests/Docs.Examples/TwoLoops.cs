using System.Net.Sockets;

namespace IOLoops.DocsExamples;

/// <summary>The same handlers on a loop of this library, and on a UI thread.</summary>
public static class TwoLoops
{
    public static void Native(Socket listener)
    {
        using var loop = new PollIOLoop();
        new EchoHandlers(loop).Add(listener);
        loop.Start();                                    // until something calls loop.Stop()
    }

    public static async Task HostedAsync(Socket listener, Task closing)
    {
        var loop = SynchronizationContextIOLoop.Attach(SynchronizationContext.Current!);
        new EchoHandlers(loop).Add(listener);
        await closing;                                   // the window closes
        await loop.DisposeAsync();
    }
}
