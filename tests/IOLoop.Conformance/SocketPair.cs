namespace IOLoops.Conformance;

/// <summary>Two connected, non-blocking stream sockets of the Unix domain.</summary>
public sealed unsafe class SocketPair : IDisposable
{
    /// <summary>Opens the pair.</summary>
    public SocketPair()
    {
        int* ends = stackalloc int[2];
        Descriptors.Check(Libc.socketpair(Libc.UnixDomain, Libc.Stream | Libc.CloseOnExec | Libc.NonBlock, 0, ends), "socketpair");
        Left = Descriptors.Unique(ends[0]);
        Right = Descriptors.Unique(ends[1]);
    }

    /// <summary>One end.</summary>
    public int Left { get; }

    /// <summary>The other end.</summary>
    public int Right { get; }

    /// <summary>Closes both.</summary>
    public void Dispose()
    {
        Descriptors.Close(Left);
        Descriptors.Close(Right);
    }
}
