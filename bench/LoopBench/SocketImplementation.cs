namespace LoopBench;

/// <summary><c>dotnet-socket</c>: the same workloads without a loop, by System.Net.Sockets as one writes it today, on threads of the pool.</summary>
internal static class SocketImplementation
{
    internal const string Name = "dotnet-socket";

    /// <summary>Null: a workload without sockets.</summary>
    internal static Action<Options>? Find(string workload) => workload switch
    {
        "chain" => SocketChain.Run,
        "pingpong" => SocketPingPong.Run,
        "echo-server" => SocketEchoServer.Run,
        _ => null,
    };
}
