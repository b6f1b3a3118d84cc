using Microsoft.Extensions.Options;

namespace IOLoops.Extensions.Hosting;

/// <summary>What a registration's key stands for where only text is possible.</summary>
internal static class LoopKey
{
    internal static string OptionsName(object? key) => key?.ToString() ?? Options.DefaultName;
}
