namespace IOLoops.Sources;

/// <summary>How the connections of one address come to the loops of a group.</summary>
public enum GroupListening
{
    /// <summary><see cref="SocketPerLoop"/> where <see cref="ListeningSockets.CanShare"/> says that the system distributes; otherwise <see cref="HandOver"/>.</summary>
    Default,

    /// <summary>
    /// Each loop accepts from a socket of its own, and the system distributes connections by a hash of their addresses: nothing crosses
    /// threads, and a few connections may be distributed unevenly. IP alone; Linux and FreeBSD. The address is shared: a second process of
    /// the same user that listens on it in the same way gets no error, and takes a part of the connections.
    /// </summary>
    SocketPerLoop,

    /// <summary>One loop accepts, and gives each connection to the loop that <see cref="LoopGroup.Next"/> says: even, at the price of one callback on another loop for each connection.</summary>
    HandOver,
}
