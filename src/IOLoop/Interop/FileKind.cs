namespace IOLoops.Interop;

/// <summary>Kinds of files that a kqueue treats differently.</summary>
internal enum FileKind
{
    /// <summary>Without a kind, such as a kqueue.</summary>
    Other,
    Socket,
    Pipe,

    /// <summary>A character device: a terminal, /dev/null.</summary>
    Device,

    /// <summary>What poll(2) calls ready at all times, and a kqueue only before the end of the file.</summary>
    AlwaysReady,
}
