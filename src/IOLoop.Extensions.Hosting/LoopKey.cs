using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace IOLoops.Extensions.Hosting;

/// <summary>What a registration's key stands for where only text is possible.</summary>
internal static class LoopKey
{
    /// <summary>A loop or a group has one key: the host could not find one whose key stands for all keys.</summary>
    /// <param name="serviceKey">The key.</param>
    /// <param name="kind">What it is the key of: a loop or a group.</param>
    internal static void Check(object serviceKey, string kind = "loop")
    {
        ArgumentNullException.ThrowIfNull(serviceKey);
        if (ReferenceEquals(serviceKey, KeyedService.AnyKey))
            throw new ArgumentException($"KeyedService.AnyKey stands for every key, and a {kind} has one. Add one {kind} for each key that is injected.", nameof(serviceKey));
    }

    internal static string OptionsName(object? key) => key?.ToString() ?? Options.DefaultName;
}
