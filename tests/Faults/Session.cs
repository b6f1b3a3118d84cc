namespace Faults;

/// <summary>Runs all cases of one workload in this process, one after the other, and prints what came of them.</summary>
internal sealed class Session(Workload workload, IReadOnlyList<Call> calls, IReadOnlyList<Accepted> accepted, bool quick)
{
    private const int NotNeeded = 4; // exit code: no accepted case fails
    private const int Restart = 3; // exit code: the process is of no use any more, the last line says where to continue

    internal int Run(string? after, string? only)
    {
        Console.WriteLine($"WORKLOAD {workload.Name}"); // the console's own descriptors are open before any is counted
        var runner = new CaseRunner(workload, new Bystander(workload.HasHostedBystander));
        if (Prepare(runner) is { } ill)
        {
            Console.WriteLine($"FAIL {workload.Name}: {ill}");
            return 1;
        }
        foreach (var @case in Cases().SkipWhile(@case => after is not null && @case.ToString() != after).Skip(after is null ? 0 : 1))
        {
            if (only is not null && !$"{@case} ".StartsWith(only + " ", StringComparison.Ordinal))
                continue;
            if (accepted.Any(line => line.Covers(workload.Name, @case)))
            {
                Console.WriteLine($"Accepted {@case}");
                continue;
            }
            Console.WriteLine($"CASE {@case}"); // if the process dies, the driver continues behind it
            var (verdict, reason) = runner.Run(@case);
            Console.WriteLine($"{verdict} {@case}{(reason is null ? "" : ": " + reason)}");
            if (verdict == Verdict.Stuck)
                Environment.Exit(Restart);
        }
        Environment.Exit(0); // whatever a broken case has left running
        return 0;
    }

    /// <summary>
    /// Runs the cases of a line of the file <c>accepted</c> until one fails, as is expected: a line of which none fails is not needed any
    /// more, and would hide the fault that comes next.
    /// </summary>
    internal int RunAccepted(Accepted line)
    {
        Console.WriteLine($"WORKLOAD {workload.Name}");
        var runner = new CaseRunner(workload, new Bystander(workload.HasHostedBystander));
        if (Prepare(runner) is { } ill)
        {
            Console.WriteLine($"FAIL {workload.Name}: {ill}");
            return 1;
        }
        foreach (var @case in Cases().Where(@case => line.Covers(workload.Name, @case)))
        {
            var (verdict, reason) = runner.Run(@case);
            Console.WriteLine($"{verdict} {@case}: {reason}");
            if (verdict is Verdict.Broken or Verdict.Stuck)
                Environment.Exit(0);
        }
        Environment.Exit(NotNeeded);
        return 0;
    }

    /// <summary>The runtime opens descriptors of its own when it first needs them: they are not counted.</summary>
    private static string? Prepare(CaseRunner runner)
    {
        for (int i = 0; i < 3; i++)
        {
            Shim.ClearTotals();
            string? ill = runner.RunHealthy();
            runner.Settle();
            if (ill is not null && i == 2)
                return ill;
        }
        foreach (string call in Shim.Calls)
            Console.WriteLine($"COUNT {call} {Shim.Total(call)}");
        return null;
    }

    private IEnumerable<Case> Cases() =>
        from call in calls
        from errno in call.Errnos
        from schedule in Schedule.All
        where !quick || IsQuick(call, errno, schedule)
        where Shim.Total(call.Name) > 0
        select new Case(call, errno, schedule);

    private static bool IsQuick(Call call, string errno, Schedule schedule) =>
        schedule.Name is "first" or "all" && (errno is "EINTR" or "EIO" || errno == call.Errnos[^1]);
}
