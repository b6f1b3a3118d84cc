using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace IOLoops.Analyzers;

/// <summary>
/// Synchronous input and output that waits for the other end. Not among them: <c>Socket.Accept</c>, <c>Receive</c> and <c>Send</c>, which
/// a handler calls when the socket is ready, and files.
/// </summary>
internal static class SynchronousCalls
{
    private static readonly ImmutableHashSet<string> StreamNames = ImmutableHashSet.Create(
        "Read", "ReadByte", "ReadExactly", "ReadAtLeast", "CopyTo", "Write", "WriteByte");

    private static readonly ImmutableHashSet<string> Streams = ImmutableHashSet.Create(
        "System.Net.Sockets.NetworkStream", "System.Net.Security.SslStream", "System.IO.Pipes.PipeStream", "IOLoops.Sources.LoopStream");

    private static readonly ImmutableHashSet<string> Members = ImmutableHashSet.Create(
        "System.Net.Sockets.TcpClient.Connect", "System.Net.Sockets.TcpListener.AcceptTcpClient", "System.Net.Sockets.TcpListener.AcceptSocket",
        "System.Net.Dns.GetHostEntry", "System.Net.Dns.GetHostAddresses", "System.Net.Http.HttpClient.Send", "System.Net.NetworkInformation.Ping.Send",
        "System.IO.Pipes.NamedPipeServerStream.WaitForConnection", "System.IO.Pipes.NamedPipeClientStream.Connect");

    private static readonly ImmutableHashSet<string> Names =
        Members.Select(member => member.Substring(member.LastIndexOf('.') + 1)).ToImmutableHashSet().Union(StreamNames);

    public static bool Blocks(IInvocationOperation call)
    {
        if (!Names.Contains(call.TargetMethod.Name))
        {
            return false;
        }

        if (Members.Contains(FullName(call.TargetMethod.ContainingType) + "." + call.TargetMethod.Name))
        {
            return true;
        }

        if (!StreamNames.Contains(call.TargetMethod.Name))
        {
            return false;
        }

        for (var type = call.Instance?.Unwrapped().Type; type is not null; type = type.BaseType)
        {
            if (Streams.Contains(FullName(type)))
            {
                return true;
            }
        }

        return false;
    }

    private static string FullName(ITypeSymbol type) => type.ContainingNamespace?.ToDisplayString() + "." + type.Name;
}
