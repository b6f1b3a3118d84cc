using System.Reactive.Linq;
using System.Text;
using IOLoops.Rx;

namespace IOLoops.DocsExamples;

public static class ReadsPerSecond
{
    // 0 is the standard input, a pipe or a terminal.
    public static void Count(int fd)
    {
        using var loop = new PollIOLoop();
        loop.ObserveReads(fd)
            .Select(bytes => Encoding.UTF8.GetString(bytes.Span))
            .Buffer(TimeSpan.FromSeconds(1), loop.AsScheduler())   // by the loop's clock, on its thread
            .Where(texts => texts.Count > 0)
            .Subscribe(texts => Console.WriteLine($"{texts.Count} reads in a second"), loop.Stop);
        loop.Start();                                              // until the end of the input
    }
}
