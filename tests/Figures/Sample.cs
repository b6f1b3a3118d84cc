namespace Figures;

/// <summary>What one thread called between two marks.</summary>
internal sealed class Sample(int thread)
{
    internal int Thread { get; } = thread;

    internal Calls Calls { get; } = new();

    internal int Operations { get; set; }
}
