namespace IOLoops.Conformance;

/// <summary>Two connected, non-blocking stream sockets: of the Unix domain, or of the loopback where there is none.</summary>
public sealed class SocketPair : IDisposable
{
    /// <summary>Opens the pair.</summary>
    public SocketPair() => (Left, Right) = Descriptors.NewSocketPair();

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
