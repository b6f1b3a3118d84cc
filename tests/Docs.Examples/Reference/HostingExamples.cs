using Microsoft.Extensions.DependencyInjection;

namespace IOLoops.DocsExamples.Reference;

/// <summary>Loops of an application on the .NET Generic Host.</summary>
public static class HostingExamples
{
    public static void Add(IServiceCollection services)
    {
        services.AddIOLoop(options => options.StopApplicationOnCallbackFailure = true);   // injected as IOLoop
        services.AddHealthChecks().AddIOLoop(configure: options => options.MaxQueuedCallbacks = 10_000);
    }

    public static void AddKeyed(IServiceCollection services)
    {
        services.AddKeyedIOLoop("orders");                   // injected as [FromKeyedServices("orders")] IOLoop
        services.AddKeyedIOLoop("prices");                   // a loop of its own, on a thread of its own
    }
}
