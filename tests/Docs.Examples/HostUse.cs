namespace IOLoops.DocsExamples;

/// <summary>The use of a host that docs/your-own-host.md makes.</summary>
public static class HostUse
{
    public static async Task RunAsync()
    {
        using var host = new QueueHost();
        var loop = new HostedIOLoop(host);
        loop.Attach();                                                     // returns at once
        await loop.InvokeAsync(() => Console.WriteLine("on the host's thread"));
        await loop.DisposeAsync();                                         // stops the loop, waits for its last turn, closes it
    }
}
