using Microsoft.Extensions.Logging;

namespace IOLoops;

/// <summary>Options of every loop. Read once, when the loop is constructed.</summary>
public class IOLoopOptions
{
    /// <summary>A name for logs and metrics; <see langword="null"/>: the loop's type.</summary>
    public string? Name { get; set; }

    /// <summary>Where failures are logged; <see langword="null"/>: to the standard error stream, 20 a second at the most, the others counted.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>How many ready descriptors one turn takes from the kernel at the most, at least 1; the rest waits for the next turn.</summary>
    public int MaxEventsPerTurn { get; set; } = 256;
}
