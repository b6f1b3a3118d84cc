using System.Runtime.InteropServices;

namespace IOLoops.Sources.Interop;

/// <summary>The numbers of signals: .NET's names for some are negative, and a raw number is the system's own.</summary>
internal static class SignalNumbers
{
    internal const int Kill = 9;
    internal const int Terminate = 15;

    internal static readonly int Child = OperatingSystem.IsLinux() ? 17 : 20;

    internal static readonly int Continue = OperatingSystem.IsLinux() ? 18 : 19;

    // SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGCHLD, SIGCONT, SIGWINCH, SIGTTIN, SIGTTOU, SIGTSTP: -1 to -10
    private static readonly int[] Named = OperatingSystem.IsLinux()
        ? [1, 2, 3, 15, 17, 18, 28, 21, 22, 20]
        : [1, 2, 3, 15, 20, 19, 28, 21, 22, 18];

    /// <exception cref="ArgumentOutOfRangeException">There is no such signal.</exception>
    internal static int From(PosixSignal signal)
    {
        int value = (int)signal;
        if (value > 0)
            return value;
        return value < 0 && -value <= Named.Length
            ? Named[-value - 1]
            : throw new ArgumentOutOfRangeException(nameof(signal), signal, "Pass a name, or a raw number of this platform.");
    }

    /// <summary>By name where .NET has one.</summary>
    internal static PosixSignal ToSignal(int number)
    {
        int index = Array.IndexOf(Named, number);
        return index < 0 ? (PosixSignal)number : (PosixSignal)(-index - 1);
    }
}
