using System.Globalization;

namespace IOLoops.Samples;

/// <summary>How a process has ended.</summary>
/// <param name="Code">What it returned; of no meaning when a signal ended it.</param>
/// <param name="Signal">The signal that ended it; 0: none did.</param>
internal readonly record struct ExitStatus(int Code, int Signal)
{
    /// <summary>
    /// Somebody else has asked already: the runtime does, when this program was started with SIGCHLD ignored.
    /// </summary>
    internal static ExitStatus Unknown { get; } = new(-1, 0);

    /// <summary>From what <c>waitpid</c> says.</summary>
    internal static ExitStatus FromWait(int status) => new((status >> 8) & 0xff, status & 0x7f);

    public override string ToString() => Signal switch
    {
        0 when Code < 0 => "ended, nobody knows how",
        0 => string.Create(CultureInfo.InvariantCulture, $"exit code {Code}"),
        (int)UnixSignal.HangUp => "ended by SIGHUP",
        (int)UnixSignal.Interrupt => "ended by SIGINT",
        (int)UnixSignal.Kill => "ended by SIGKILL",
        (int)UnixSignal.Terminate => "ended by SIGTERM",
        _ => string.Create(CultureInfo.InvariantCulture, $"ended by signal {Signal}"),
    };
}
