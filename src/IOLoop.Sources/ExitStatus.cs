using System.Globalization;
using System.Runtime.InteropServices;
using IOLoops.Sources.Interop;

namespace IOLoops.Sources;

/// <summary>How a process ended.</summary>
public readonly record struct ExitStatus
{
    private const int SignalBase = 128; // what shells add

    private ExitStatus(int exitCode, PosixSignal? signal)
    {
        ExitCode = exitCode;
        Signal = signal;
    }

    /// <summary>What it returned; 128 and the number of the signal that ended it, as shells report it.</summary>
    public int ExitCode { get; }

    /// <summary>The signal that ended it: by name, or its raw number where .NET has no name, as for SIGKILL: <c>(PosixSignal)9</c>. <see langword="null"/>: it ended by itself.</summary>
    public PosixSignal? Signal { get; }

    /// <summary>Whether it ended by itself with exit code 0.</summary>
    public bool Succeeded => ExitCode == 0;

    internal static ExitStatus FromCode(int code) => new(code, null);

    internal static ExitStatus FromSignal(int number) => new(SignalBase + number, SignalNumbers.ToSignal(number));

    /// <summary>For people: "exit code 1", "ended by SIGTERM", "ended by signal 9".</summary>
    public override string ToString() => Signal switch
    {
        null => string.Create(CultureInfo.InvariantCulture, $"exit code {ExitCode}"),
        > 0 => string.Create(CultureInfo.InvariantCulture, $"ended by signal {(int)Signal}"),
        _ => $"ended by {Signal}",
    };
}
