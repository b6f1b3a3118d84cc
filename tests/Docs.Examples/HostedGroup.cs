using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace IOLoops.DocsExamples;

/// <summary>A group of loops in an application, as docs/generic-host.md shows it.</summary>
public static class HostedGroup
{
    public static void Add(HostApplicationBuilder builder)
    {
        builder.Services.AddIOLoopGroup(options => options.Count = 4);
        builder.Services.AddHealthChecks().AddIOLoopGroup();
    }
}
