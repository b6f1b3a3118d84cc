namespace IOLoops.Sources;

/// <summary>The parity bit of a serial line. Names and values are those of System.IO.Ports.</summary>
public enum Parity
{
    /// <summary>No parity bit.</summary>
    None,

    /// <summary>The number of set bits is odd.</summary>
    Odd,

    /// <summary>The number of set bits is even.</summary>
    Even,

    /// <summary>Always 1.</summary>
    Mark,

    /// <summary>Always 0.</summary>
    Space,
}
