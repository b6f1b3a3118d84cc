using Microsoft.Extensions.Logging;

namespace IOLoops;

/// <summary>Options of every loop. Read once, when the loop is constructed.</summary>
public class IOLoopOptions
{
    /// <summary>A name for logs and metrics. By default the name of the loop's type.</summary>
    public string? Name { get; set; }

    /// <summary>Where failures are logged. By default to the standard error stream: at most 20 entries a second of each kind, and the number of the others.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>Each takes 28 bytes, from the loop's first turn on.</summary>
    internal const int LargestBatch = 1 << 16;

    /// <summary>The maximum number of ready descriptors that one turn takes from the kernel. At least 1; more than 65,536 is the same as that.
    /// The others wait for the next turn.</summary>
    public int MaxEventsPerTurn { get; set; } = 256;
}
