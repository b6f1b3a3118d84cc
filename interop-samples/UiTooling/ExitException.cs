namespace IOLoops.Samples;

/// <summary>The program ends: with this message on the standard error stream, and this exit code.</summary>
internal sealed class ExitException(int code, string message) : Exception(message)
{
    internal const int Failed = 1;
    internal const int WrongUsage = 2;

    internal int Code { get; } = code;
}
