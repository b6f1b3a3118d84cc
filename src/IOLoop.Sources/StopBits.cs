namespace IOLoops.Sources;

/// <summary>The stop bits of a serial line. Names and values are those of System.IO.Ports.</summary>
public enum StopBits
{
    /// <summary>One.</summary>
    One = 1,

    /// <summary>Two.</summary>
    Two = 2,

    /// <summary>One and a half; only with five data bits.</summary>
    OnePointFive = 3,
}
