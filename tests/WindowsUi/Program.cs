using System.Runtime.InteropServices;

namespace IOLoops.WindowsUi;

internal static class Program
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    /// <summary>Arguments: <c>forms</c> or <c>wpf</c>; then, to run some kinds of loop alone, their numbers.</summary>
    [STAThread]
    private static int Main(string[] arguments)
    {
        Console.SetOut(new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true });
        Console.WriteLine($"{RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}");
        AppDomain.CurrentDomain.UnhandledException += (_, e) =>
        {
            Console.WriteLine($"FAIL  an exception that was not caught: {e.ExceptionObject}");
            Environment.Exit(2);
        };
        using var watchdog = new Timer(_ =>
        {
            Console.WriteLine($"STUCK after {Limit}");
            Environment.Exit(3);
        }, null, Limit, Timeout.InfiniteTimeSpan);
        string[] only = arguments[1..];
        switch (arguments.FirstOrDefault())
        {
            case "forms":
                FormsChecks.Run(only);
                break;
            case "wpf":
                WpfChecks.Run(only);
                break;
            default:
                throw new ArgumentException("Say forms or wpf.");
        }
        return Checks.Report();
    }
}
