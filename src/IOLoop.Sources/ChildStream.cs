namespace IOLoops.Sources;

/// <summary>What a standard stream of a child process is. <see langword="default"/> is <see cref="Inherit"/>.</summary>
#pragma warning disable CA1711 // it is not a Stream, but it says what becomes one
public readonly struct ChildStream
#pragma warning restore CA1711
{
    private ChildStream(ChildStreamKind kind, FileDescriptor given = default)
    {
        Kind = kind;
        Given = given;
    }

    /// <summary>This process's own. Where that is closed: the same as <see cref="Null"/>.</summary>
    public static ChildStream Inherit => default;

    /// <summary>Nothing: at the end when it is read; what is written to it is gone.</summary>
    public static ChildStream Null => new(ChildStreamKind.Null);

    /// <summary>A pipe, whose other end is a <see cref="LoopStream"/> of the <see cref="ChildProcess"/>. Read what it writes: a child that has filled its pipe waits.</summary>
    public static ChildStream Pipe => new(ChildStreamKind.Pipe);

    /// <summary>For <see cref="ChildProcessOptions.StandardError"/> alone: where the standard output goes, in the order of writing.</summary>
    public static ChildStream StandardOutput => new(ChildStreamKind.StandardOutput);

    internal ChildStreamKind Kind { get; }

    internal FileDescriptor Given { get; }

    /// <summary>
    /// A descriptor, of which the child gets a duplicate: it stays the caller's, and may be closed when <c>Start</c> has returned.
    /// Most programs expect one in blocking mode.
    /// </summary>
    public static ChildStream From(FileDescriptor fd) => new(ChildStreamKind.Given, fd);

    /// <inheritdoc/>
    public override string ToString() => Kind == ChildStreamKind.Given ? Given.ToString() : Kind.ToString();
}
