namespace IOLoops.Sources.Processes;

/// <summary>What <see cref="ChildProcessOptions"/> said when a child was started, checked.</summary>
internal sealed class Launch
{
    private const char EndOfString = '\0';

    // Windows calls it Path.
    private static readonly StringComparison NamesAreEqual = OperatingSystem.IsWindows() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;

    /// <exception cref="ArgumentException">The options contradict each other, or hold what no program can be given.</exception>
    internal Launch(ChildProcessOptions options)
    {
        Options = options;
        CheckStreams(options);
        Program = options.Program;
        if (string.IsNullOrEmpty(Program))
            throw new ArgumentException("Program is empty. Pass a path, or a name to look up in PATH.", nameof(options));
        Check(options, Program, "Program");
        Arguments = [Program, .. options.Arguments];
        for (int i = 1; i < Arguments.Count; i++)
            Check(options, Arguments[i], $"Argument {i - 1}");
        WorkingDirectory = string.IsNullOrEmpty(options.WorkingDirectory) ? null : options.WorkingDirectory;
        if (WorkingDirectory is not null)
            Check(options, WorkingDirectory, "WorkingDirectory");
        Environment = [.. Variables(options)];
        SearchPath = options.Environment.FirstOrDefault(static variable => variable.Key.Equals("PATH", NamesAreEqual)).Value;
    }

    internal ChildProcessOptions Options { get; }

    internal string Program { get; }

    /// <summary>With the program's name before them.</summary>
    internal IReadOnlyList<string> Arguments { get; }

    internal IReadOnlyList<string> Environment { get; }

    internal string? WorkingDirectory { get; }

    /// <summary>The folders to look in, as the child's PATH has them.</summary>
    internal string? SearchPath { get; }

    private static void CheckStreams(ChildProcessOptions options)
    {
        if (options.Terminal is { } size)
        {
            if (options.HasStreams)
                throw new ArgumentException("Terminal is set, and a standard stream, too. A terminal is all three: set one or the other.", nameof(options));
            if (size.Columns is < 0 or > ushort.MaxValue || size.Rows is < 0 or > ushort.MaxValue)
                throw new ArgumentOutOfRangeException(nameof(options), size, $"A terminal has 0 to {ushort.MaxValue} columns and rows.");
        }
        if (options.StandardInput.Kind == ChildStreamKind.StandardOutput || options.StandardOutput.Kind == ChildStreamKind.StandardOutput)
            throw new ArgumentException("ChildStream.StandardOutput is for StandardError alone.", nameof(options));
    }

    private static IEnumerable<string> Variables(ChildProcessOptions options)
    {
        foreach (var (name, value) in options.Environment)
        {
            if (name.Length == 0 || name.Contains('=', StringComparison.Ordinal))
                throw new ArgumentException($"'{name}' cannot be the name of a variable of the environment.", nameof(options));
            Check(options, name, "The name of a variable of Environment");
            if (value is null)
                continue;
            Check(options, value, $"Environment's {name}");
            yield return $"{name}={value}";
        }
    }

    private static void Check(ChildProcessOptions options, string? text, string what)
    {
        if (text is null)
            throw new ArgumentException($"{what} is null.", nameof(options));
        if (text.Contains(EndOfString, StringComparison.Ordinal))
            throw new ArgumentException($"{what} contains a NUL character, where a program would see its end.", nameof(options));
    }
}
