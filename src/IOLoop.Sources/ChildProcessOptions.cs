using System.Collections;

namespace IOLoops.Sources;

/// <summary>What to start, and how. Read by <see cref="ChildProcess.Start(IOLoop, ChildProcessOptions)"/>, after which it may be changed and used again.</summary>
public sealed class ChildProcessOptions
{
    private IList<string> _arguments;
    private IDictionary<string, string?> _environment;
    private ChildStream _standardInput = ChildStream.Null;
    private ChildStream _standardOutput = ChildStream.Pipe;
    private ChildStream _standardError = ChildStream.Inherit;

    /// <summary>A program and its arguments.</summary>
    /// <param name="program">See <see cref="Program"/>.</param>
    /// <param name="arguments">See <see cref="Arguments"/>.</param>
    public ChildProcessOptions(string program, params IEnumerable<string> arguments)
    {
        ArgumentNullException.ThrowIfNull(program);
        ArgumentNullException.ThrowIfNull(arguments);
        Program = program;
        _arguments = [.. arguments];
        _environment = OwnEnvironment();
    }

    /// <summary>
    /// A path, or a name that is looked up in the folders of the PATH of <see cref="Environment"/>. A relative path with a slash counts from
    /// <see cref="WorkingDirectory"/>. Windows: ".exe" may be left out.
    /// </summary>
    public string Program { get; set; }

    /// <summary>What follows the program's name. Each is one argument: there is no shell, so nothing is split, expanded or quoted.</summary>
#pragma warning disable CA2227 // options are set by object initializers
    public IList<string> Arguments
    {
        get => _arguments;
        set => _arguments = value ?? throw new ArgumentNullException(nameof(value));
    }

    /// <summary>The variables that the child gets. Begins as this process's own; <see langword="null"/> leaves a variable out.</summary>
    public IDictionary<string, string?> Environment
    {
        get => _environment;
        set => _environment = value ?? throw new ArgumentNullException(nameof(value));
    }
#pragma warning restore CA2227

    /// <summary>Where it runs; <see langword="null"/>: where this process does.</summary>
    public string? WorkingDirectory { get; set; }

    /// <summary>
    /// Whether it leads a session of its own, without a terminal: Ctrl+C in this program's terminal does not reach it.
    /// <see cref="ChildProcess.StopAsync"/> then stops everything that it has started and that has stayed in its process group. Not on Windows.
    /// </summary>
    public bool NewSession { get; set; }

    /// <summary>Whether it leads a process group of its own, in this session. <see cref="ChildProcess.StopAsync"/> then stops the whole group.
    /// Windows: what it starts is in its group, a job; Ctrl+C does not reach it.</summary>
    public bool NewProcessGroup { get; set; }

    /// <summary>Its standard input: by default empty: a read returns the end at once.</summary>
    public ChildStream StandardInput
    {
        get => _standardInput;
        set => (_standardInput, HasStreams) = (value, true);
    }

    /// <summary>Its standard output: by default a pipe, <see cref="ChildProcess.StandardOutput"/>.</summary>
    public ChildStream StandardOutput
    {
        get => _standardOutput;
        set => (_standardOutput, HasStreams) = (value, true);
    }

    /// <summary>Its standard error: by default this process's own.</summary>
    public ChildStream StandardError
    {
        get => _standardError;
        set => (_standardError, HasStreams) = (value, true);
    }

    /// <summary>
    /// The size of a pseudo-terminal that is all three streams, and the controlling terminal of a new session: <see cref="ChildProcess.Terminal"/>.
    /// <see langword="null"/>, the default: none. Not together with a stream, and not on Windows.
    /// </summary>
    public (int Columns, int Rows)? Terminal { get; set; }

    /// <summary>Whether a stream was set, which excludes a terminal.</summary>
    internal bool HasStreams { get; private set; }

    private static Dictionary<string, string?> OwnEnvironment()
    {
        var variables = new Dictionary<string, string?>(OperatingSystem.IsWindows() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);
        foreach (DictionaryEntry variable in System.Environment.GetEnvironmentVariables())
            variables[(string)variable.Key] = (string?)variable.Value;
        return variables;
    }
}
