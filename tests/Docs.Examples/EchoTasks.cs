using System.Net.Sockets;
using IOLoops.Sources;

namespace IOLoops.DocsExamples;

public static class EchoTasks
{
    public static async Task ServeAsync(IOLoop loop, Socket listener, CancellationToken stopping)
    {
        using var connections = new LoopListener(loop, listener);
        await foreach (var connection in connections.WithCancellation(stopping))
            loop.SpawnCallback(() => AnswerAsync(connection));   // several at a time, all on the loop's thread
    }

    private static async Task AnswerAsync(LoopStream connection)
    {
        await using var _ = connection;
        await connection.CopyToAsync(connection);
    }
}
