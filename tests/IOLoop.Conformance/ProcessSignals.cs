using System.Runtime.InteropServices;
using Xunit;

namespace IOLoops.Conformance;

/// <summary>
/// The process's signals, which all tests share: one test at a time has them. What is still on its way when a test ends
/// ends nothing.
/// </summary>
public sealed class ProcessSignals : IDisposable
{
    /// <summary>SIGHUP: ends the process unless it is handled.</summary>
    public const int HangUp = 1;

    /// <summary>SIGKILL: cannot be handled.</summary>
    public const int Kill = 9;

    /// <summary>SIGUSR1: ends the process unless it is handled.</summary>
    public const int User = 10;

    /// <summary>SIGUSR2: ends the process unless it is handled.</summary>
    public const int OtherUser = 12;

    /// <summary>SIGCHLD: has no effect by default.</summary>
    public const int Child = 17;

    /// <summary>SIGWINCH: has no effect by default.</summary>
    public const int Window = 28;

    private static readonly SemaphoreSlim Gate = new(1);
    private static readonly int[] All = [HangUp, User, OtherUser, Child, Window];

    // The runtime tells the latest registration first, and all on one thread. These were made before all others: they are
    // told last, and have the last word on whether the process ends.
    private static readonly PosixSignalRegistration[] Last = OperatingSystem.IsWindows() ? [] : [.. All.Select(signal => PosixSignalRegistration.Create((PosixSignal)signal, context =>
    {
        context.Cancel = true;
        Interlocked.Increment(ref s_told);
    }))];

    private static int s_told;

    private ProcessSignals()
    {
    }

    /// <summary>Waits until no other test has them.</summary>
    public static ProcessSignals Take()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no signals that a process could send");
        GC.KeepAlive(Last);
        Gate.Wait();
        return new ProcessSignals();
    }

    /// <summary>Sends a signal to this process.</summary>
    public static void Send(int signal) => Descriptors.Check(Libc.kill(Environment.ProcessId, signal), "kill");

    /// <summary>Sends a signal, and waits until all handlers registered for it were called.</summary>
    public static void SendAndAwait(int signal)
    {
        int before = Volatile.Read(ref s_told);
        Send(signal);
        Bounded.Until(() => Volatile.Read(ref s_told) != before, "a signal has arrived");
    }

    /// <summary>Gives them to the next test.</summary>
    public void Dispose() => Gate.Release();
}
