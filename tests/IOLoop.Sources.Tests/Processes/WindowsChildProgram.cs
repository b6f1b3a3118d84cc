using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace IOLoops.Sources.Tests.Processes;

/// <summary>The running test program as a child on Windows, where no tools can be relied on: told by a variable of its environment what to do.</summary>
public static unsafe partial class WindowsChildProgram
{
    public const string Variable = "IOLOOP_TEST_CHILD";

    public static readonly string Path = Environment.ProcessPath!;

    /// <returns>The exit code; null: this process is no such child.</returns>
    public static int? Run(string[] arguments)
    {
        switch (Environment.GetEnvironmentVariable(Variable))
        {
            case null:
                return null;
            case "cat":
                using (var output = Console.OpenStandardOutput())
                    Console.OpenStandardInput().CopyTo(output);
                return 0;
            case "arguments":
                using (var output = Console.OpenStandardOutput())
                    output.Write(System.Text.Encoding.UTF8.GetBytes(string.Join('|', arguments)));
                return 0;
            case "variables":
                using (var output = Console.OpenStandardOutput())
                    output.Write(System.Text.Encoding.UTF8.GetBytes(string.Join('|', Variables())));
                return 0;
            case "parent":
                Environment.SetEnvironmentVariable(Variable, "hang");
                using (var child = Process.Start(new ProcessStartInfo(Path) { UseShellExecute = false })!)
                    Console.Out.WriteLine(child.Id.ToString(CultureInfo.InvariantCulture));
                break;
        }
        Console.Out.WriteLine("ready");
        Console.Out.Flush();
        Thread.Sleep(Timeout.Infinite);
        return 1;
    }

    /// <summary>The names of the variables, in the order in which this process has got them.</summary>
    private static List<string> Variables()
    {
        var names = new List<string>();
        char* block = GetEnvironmentStringsW();
        for (char* next = block; *next != 0;)
        {
            string variable = new(next);
            names.Add(variable[..variable.IndexOf('=', 1)]);
            next += variable.Length + 1;
        }
        _ = FreeEnvironmentStringsW(block);
        return names;
    }

    [LibraryImport("kernel32.dll")]
    private static partial char* GetEnvironmentStringsW();

    [LibraryImport("kernel32.dll")]
    private static partial int FreeEnvironmentStringsW(char* block);
}
