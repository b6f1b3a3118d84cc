using System.Diagnostics;
using System.Reflection;

namespace IOLoops.Conformance;

/// <summary>The running test program, started once more: for what ends a process, or must not.</summary>
public static class TestProgram
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Starts it and waits until it has ended. A module initializer of the tests is to look for the variable.</summary>
    /// <param name="tests">The assembly of the tests.</param>
    /// <param name="environment">What to set in the new process's environment.</param>
    /// <returns>Its exit code, and what it wrote to the standard error stream.</returns>
    /// <exception cref="TimeoutException">It has not ended in a minute, and was killed.</exception>
    public static (int ExitCode, string Error) RunAgain(Assembly tests, params IEnumerable<(string Name, string Value)> environment)
    {
        ArgumentNullException.ThrowIfNull(tests);
        ArgumentNullException.ThrowIfNull(environment);
        string program = Environment.ProcessPath!;
        string[] arguments = Path.GetFileNameWithoutExtension(program) == "dotnet" ? [tests.Location] : [];
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
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
}
