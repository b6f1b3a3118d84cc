using System.Diagnostics;
using System.Globalization;

namespace FirstEvent;

/// <summary>
/// How long it takes from the start of a process to its first event: <c>FirstEvent main|socket|loop START</c> prints microseconds.
/// </summary>
internal static class Program
{
    private static int Main(string[] args)
    {
        long now = Stopwatch.GetTimestamp(); // as START: nanoseconds of CLOCK_MONOTONIC
        if (args.Length != 2 || !long.TryParse(args[1], NumberStyles.None, CultureInfo.InvariantCulture, out long start))
            return 2;
        switch (args[0])
        {
            case "main":
                break;
            case "socket":
                now = SocketEvent.Time();
                break;
            case "loop":
                now = LoopEvent.Time();
                break;
            default:
                return 2;
        }
        Libc.Print((now - start) / 1000);
        return 0;
    }
}
