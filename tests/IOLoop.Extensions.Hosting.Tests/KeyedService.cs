using Microsoft.Extensions.DependencyInjection;

namespace IOLoops.Extensions.Hosting.Tests;

/// <summary>Has two loops injected.</summary>
internal sealed class KeyedService(IOLoop plain, [FromKeyedServices("a")] IOLoop keyed)
{
    internal IOLoop Plain => plain;

    internal IOLoop Keyed => keyed;
}
