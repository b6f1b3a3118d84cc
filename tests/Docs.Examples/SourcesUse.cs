using System.Text;
using IOLoops.Sources;

namespace IOLoops.DocsExamples;

/// <summary>The program that the functions of docs/sources.md run in.</summary>
public static class SourcesUse
{
    public static void Run()
    {
        using var loop = new PollIOLoop();
        loop.RunSync(() => ThroughAPipeAsync(loop));
    }

    private static async Task ThroughAPipeAsync(IOLoop loop)
    {
        var (reader, writer) = LoopStream.CreatePipe(loop);
        await using (reader)
        await using (writer)
        {
            await writer.WriteAsync("hello\n"u8.ToArray());
            byte[] buffer = new byte[100];
            int count = await reader.ReadAsync(buffer);
            Console.Write(Encoding.UTF8.GetString(buffer, 0, count));
        }
    }
}
