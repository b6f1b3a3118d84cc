using System.Reactive.Concurrency;
using System.Runtime.CompilerServices;
using IOLoops.Conformance;

namespace IOLoops.Rx.Tests;

/// <summary>Lets an item of a scheduler throw in a process of its own: this program, started once more.</summary>
internal static class ChildProcess
{
    internal const int Survived = 42;

    private const string Variable = "IOLOOP_RX_TESTS_SCHEDULER";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Starts the process and waits until it has ended.</summary>
    /// <returns>Its exit code, and what it wrote to the standard error stream.</returns>
    internal static (int ExitCode, string Error) Throw(string scheduler) =>
        TestProgram.RunAgain(typeof(ChildProcess).Assembly, (Variable, scheduler));

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
