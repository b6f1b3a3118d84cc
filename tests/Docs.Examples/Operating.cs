using System.Runtime.InteropServices;
using IOLoops.Diagnostics;
using Microsoft.Extensions.Logging;

namespace IOLoops.DocsExamples;

/// <summary>What docs/operating.md switches on.</summary>
public static class Operating
{
    public static IOLoop Named(ILoggerFactory loggerFactory)
    {
        var loop = new PollIOLoop(new PollIOLoopOptions { Name = "orders", LoggerFactory = loggerFactory });
        return loop;
    }

    public static void LogStalls(IOLoop loop)
    {
        loop.SetBlockingLogThreshold(TimeSpan.FromMilliseconds(200));
    }

    public static void CaptureStacks()
    {
        LoopStackCapture.Install(); // once per process, for all loops
    }

    public static void RaiseAlarms(IOLoop loop, Action<string> raiseAlarm)
    {
        loop.SetBlockingSignalThreshold(TimeSpan.FromSeconds(1), blocked => raiseAlarm(blocked.ToString()));
        loop.SetBlockingSignalThreshold(TimeSpan.FromSeconds(30), null);   // ends the process, and says why
    }

    public static void DumpStalls(IOLoop loop)
    {
        loop.SetBlockingSignalThreshold(TimeSpan.FromMilliseconds(200), blocked => blocked.Loop.DumpState(Console.Error));
    }

    public static void HandleSignals(IOLoop loop, Action shutDown)
    {
        loop.AddSignalHandler(PosixSignal.SIGTERM, _ => shutDown());
        loop.AddSignalHandler((PosixSignal)10 /* SIGUSR1 on Linux */, _ => loop.DumpState(Console.Error));
    }
}
