using System.Diagnostics;
using System.Reactive.Concurrency;
using System.Runtime.CompilerServices;

namespace IOLoops.Rx.Tests;

/// <summary>Lets an item of a scheduler throw in a process of its own: this program, started once more.</summary>
internal static class ChildProcess
{
    internal const int Survived = 42;

    private const string Variable = "IOLOOP_RX_TESTS_SCHEDULER";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Starts the process and waits until it has ended.</summary>
    /// <returns>Its exit code, and what it wrote to the standard error stream.</returns>
    internal static (int ExitCode, string Error) Throw(string scheduler)
    {
        string program = Environment.ProcessPath!;
        string assembly = typeof(ChildProcess).Assembly.Location;
        string[] arguments = Path.GetFileNameWithoutExtension(program) == "dotnet" ? [assembly] : [];
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment[Variable] = scheduler;
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        using var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        var error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(Patience))
        {
            process.Kill();
            throw new TimeoutException("The other process has not ended in time.");
        }
        return (process.ExitCode, error.WaitAsync(Patience).GetAwaiter().GetResult());
    }

    /// <summary>
    /// Runs before Main, which belongs to the test framework. Until it returns, code of this assembly blocks on other
    /// threads, so what is scheduled is not this assembly's.
    /// </summary>
    [ModuleInitializer]
    internal static void RunIfAsked()
    {
        switch (Environment.GetEnvironmentVariable(Variable))
        {
            case nameof(EventLoopScheduler):
                using (var survived = new ManualResetEventSlim())
                {
                    var scheduler = new EventLoopScheduler();
                    scheduler.Schedule(Task.FromException(new InvalidOperationException("thrown on purpose")).GetAwaiter().GetResult);
                    scheduler.Schedule(survived.Set);
                    survived.Wait(Patience);
                }
                Environment.Exit(Survived);
                break;
            case nameof(IOLoopScheduler):
                using (var loop = new PollIOLoop())
                {
                    loop.AsScheduler().Schedule(Task.FromException(new InvalidOperationException("thrown on purpose")).GetAwaiter().GetResult);
                    loop.AsScheduler().Schedule(loop.Stop);
                    loop.Start();
                }
                Environment.Exit(Survived);
                break;
        }
    }
}
