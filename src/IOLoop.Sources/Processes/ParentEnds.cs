namespace IOLoops.Sources.Processes;

/// <summary>This process's ends of a child's standard streams.</summary>
internal sealed class ParentEnds : IDisposable
{
    internal LoopStream? Input { get; set; }

    internal LoopStream? Output { get; set; }

    internal LoopStream? Error { get; set; }

    internal PseudoTerminal? Terminal { get; set; }

    public void Dispose()
    {
        Input?.Dispose();
        Output?.Dispose();
        Error?.Dispose();
        Terminal?.Dispose();
    }
}
