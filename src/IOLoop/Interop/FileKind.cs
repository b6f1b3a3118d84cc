namespace IOLoops.Interop;

/// <summary>Kinds of files that a kqueue treats differently.</summary>
internal enum FileKind
{
    /// <summary>Without a kind, such as a kqueue.</summary>
    Other,
    Socket,
    Pipe,

    /// <summary>A character device that is no terminal, such as /dev/null.</summary>
    Device,

    /// <summary>macOS's /dev/tty has no filters, as /dev/null, of which it must not be concluded that it is always ready.</summary>
    Terminal,

    /// <summary>What poll(2) calls ready at all times, and a kqueue only before the end of the file.</summary>
    AlwaysReady,
}
