using System.Diagnostics;
using IOLoops;

namespace Figures;

/// <summary>
/// "work": does what is measured, under a tracer. "check": counts what the tracer has written. See README.md.
/// </summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        switch (arguments)
        {
            case ["work"]:
                Work(Fault.None);
                return 0;
            case ["work", "--fault", "call"]:
                Work(Fault.Call);
                return 0;
            case ["work", "--fault", "object"]:
                Work(Fault.Object);
                return 0;
            case ["work", "--fault", "collection"]:
                Work(Fault.Collection);
                return 0;
            case ["sockets"]:
                using (new WithoutCollections())
                    SocketWork.Run();
                return 0;
            case ["table", var expected, ..]:
                Table.Write(Expectation.Read(expected), arguments[2..]);
                return 0;
            case ["check", var trace, var expected, ..]:
                return Checker.Run(trace, expected, arguments[3..]);
            default:
                Console.Error.WriteLine("usage: Figures work [--fault call|object|collection] | sockets | check TRACE EXPECTED [KIND...] | table EXPECTED KIND...");
                return 2;
        }
    }

    private static void Work(Fault fault)
    {
        using var noCollections = new WithoutCollections();
        Subject[] subjects = Subjects.Create(isFew: fault != Fault.None);
        var scenarios = Array.ConvertAll(subjects, subject => new Scenarios(subject, fault));
        foreach (var one in scenarios)
            one.KeepIdle(1);
        Idle(scenarios);
        foreach (var one in scenarios)
            one.Run();
        Idle(scenarios);
        foreach (var subject in subjects)
            subject.Dispose();
    }

    /// <summary>The end of another process bounds it: nothing of this one is awake until then.</summary>
    private static void Idle(Scenarios[] scenarios)
    {
        foreach (var one in scenarios)
            one.BeginIdle();
        using (var second = Process.Start("sleep", "1"))
            second.WaitForExit();
        foreach (var one in scenarios)
            one.EndIdle();
    }
}
