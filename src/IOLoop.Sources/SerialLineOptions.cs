namespace IOLoops.Sources;

/// <summary>The settings of a <see cref="SerialLine"/>. Read when it is opened.</summary>
public sealed class SerialLineOptions
{
    /// <summary>Bits per second, any rate that the device supports. At least 1.</summary>
    public int BaudRate { get; set; } = 9600;

    /// <summary>Bits of a character: 5 to 8.</summary>
    public int DataBits { get; set; } = 8;

    /// <summary>The parity bit.</summary>
    public Parity Parity { get; set; }

    /// <summary>The stop bits.</summary>
    public StopBits StopBits { get; set; } = StopBits.One;

    /// <summary>The flow control.</summary>
    public SerialFlowControl FlowControl { get; set; }

    /// <summary>Whether bytes are passed as they are. False: the terminal's own settings are kept, such as lines that can be edited, and echo.</summary>
    public bool Raw { get; set; } = true;

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(BaudRate, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(DataBits, 5);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(DataBits, 8);
        CheckDefined(Parity, nameof(Parity));
        CheckDefined(StopBits, nameof(StopBits));
        CheckDefined(FlowControl, nameof(FlowControl));
        if (StopBits == StopBits.OnePointFive && DataBits != 5)
            throw new ArgumentException("One and a half stop bits need five data bits.");
    }

    private static void CheckDefined<TEnum>(TEnum value, string name)
        where TEnum : struct, Enum
    {
        if (!Enum.IsDefined(value))
            throw new ArgumentOutOfRangeException(name, value, $"Use a value of {typeof(TEnum).Name}: {string.Join(", ", Enum.GetNames<TEnum>())}.");
    }
}
