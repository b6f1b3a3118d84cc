using System.Diagnostics;
using System.Runtime.CompilerServices;
using IOLoops;

namespace FirstEvent;

/// <summary>By this library: a loop's first handler, of a descriptor that is readable from the beginning.</summary>
internal static class LoopEvent
{
    [MethodImpl(MethodImplOptions.NoInlining)] // only the process that runs it loads the library
    internal static long Time()
    {
        long time = 0;
        using var loop = new PollIOLoop();
        loop.AddHandler(
            Libc.OpenReadable(),
            (_, _) =>
            {
                time = Stopwatch.GetTimestamp();
                loop.Stop();
            },
            IOEvents.Read);
        loop.Start();
        return time;
    }
}
