using System.Runtime.CompilerServices;
using IOLoops.Conformance;

namespace IOLoops.Diagnostics.Tests;

/// <summary>Blocks a loop in a process of its own: this program, started once more.</summary>
internal static class ChildProcess
{
    internal const int Survived = 42;
    internal const string Fatal = nameof(Fatal);
    internal const string FatalWithStack = nameof(FatalWithStack);
    internal const string FatalWithoutEnd = nameof(FatalWithoutEnd); // of the capture
    internal const string Logged = nameof(Logged);
    internal const string Storm = nameof(Storm);
    internal const int StormCount = 10_000;

    private const string Variable = "IOLOOP_DIAGNOSTICS_TESTS";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Starts the process and waits until it has ended.</summary>
    /// <returns>Its exit code, and what it wrote to the standard error stream.</returns>
    internal static (int ExitCode, string Error) Run(string scenario, params (string Name, string Value)[] variables) =>
        TestProgram.RunAgain(typeof(ChildProcess).Assembly, [(Variable, scenario), .. variables]);

    /// <summary>
    /// Runs before Main, which belongs to the test framework. Until it returns, code of this assembly blocks on other
    /// threads, so what the watchdog calls is not this assembly's.
    /// </summary>
    [ModuleInitializer]
    internal static void RunIfAsked()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } scenario)
            Play(scenario);
    }

    private static void Play(string scenario)
    {
        using var loop = new PollIOLoop();
        if (scenario is Logged or FatalWithStack)
            LoopStackCapture.Install();
        if (scenario == FatalWithoutEnd)
            BlockedLoop.InstallStackCapture(CaptureForEver);
        if (scenario == Storm)
        {
            for (int i = 0; i < StormCount; i++)
                loop.AddCallback(Fail);
            loop.CallLater(TimeSpan.FromSeconds(1.5), loop.Stop); // what was suppressed is counted after a second
        }
        else if (scenario == Logged)
        {
            loop.SetBlockingLogThreshold(Blocking.Threshold);
            loop.AddCallback(BlockUntilLogged);
            loop.AddCallback(loop.Stop);
        }
        else
        {
            loop.SetBlockingSignalThreshold(Blocking.Threshold, null);
            loop.AddCallback(BlockForEver);
        }
        loop.Start();
        Environment.Exit(Survived);
    }

    private static string? CaptureForEver(BlockedLoop blocked)
    {
        BlockForEver();
        return null;
    }

    private static void Fail() => throw new InvalidOperationException("thrown on purpose");

    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static void BlockForEver() => Thread.Sleep(Patience);

    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static void BlockUntilLogged()
    {
        var error = Console.Error;
        var written = new StringWriter();
        var writer = TextWriter.Synchronized(written);
        Console.SetError(writer);
        string text;
        do
        {
            Thread.Sleep(1);
            lock (writer) // as it does itself
                text = written.ToString();
        }
        while (!text.Contains("has been stuck", StringComparison.Ordinal));
        error.Write(text);
    }
}
