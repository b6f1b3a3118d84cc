using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace IOLoops.Extensions.Hosting;

/// <summary>What a registration's key stands for where only text is possible.</summary>
internal static class LoopKey
{
    /// <summary>A loop has one key: one that stands for all keys would be a loop that the host could not find.</summary>
    internal static void Check(object serviceKey)
    {
        ArgumentNullException.ThrowIfNull(serviceKey);
        if (ReferenceEquals(serviceKey, KeyedService.AnyKey))
            throw new ArgumentException("KeyedService.AnyKey stands for every key, and a loop has one. Add one loop for each key that is injected.", nameof(serviceKey));
    }

    internal static string OptionsName(object? key) => key?.ToString() ?? Options.DefaultName;
}
