using System.Net.Sockets;

namespace Faults;

/// <summary>Runs a workload with one fault, and judges what happened.</summary>
internal sealed class CaseRunner(Workload workload, Bystander bystander)
{
    private Belongings _before = Belongings.Now();

    /// <summary>Runs without a fault: everything must be as it should be.</summary>
    internal string? RunHealthy()
    {
        Shim.ArmNothing();
        var trial = Execute();
        if (trial is null)
            return "it hung without a fault";
        if (!trial.IsComplete || trial.Reports.Any())
            return $"it failed without a fault: {OutlineAll(trial)}";
        return Left() is { } left ? $"without a fault it left {left}" : null;
    }

    /// <summary>What the process holds by now is what each case must return to.</summary>
    internal void Settle() => _before = Belongings.Now();

    internal (Verdict Verdict, string? Reason) Run(Case @case)
    {
        Shim.Arm(@case.Call.Name, ErrnoNames.Number(@case.Errno), @case.Schedule);
        var trial = Execute();
        if (trial is null)
            return (Verdict.Stuck, "it hung, or did not close what it had opened");
        long injected = Shim.Injected;
        if (Shim.Made > Trial.MostCalls)
            return (Verdict.Broken, $"it made {Shim.Made} calls");
        if (Bad(trial) is { } bad)
            return (bad is HungException ? Verdict.Stuck : Verdict.Broken, Outline(bad));
        if (Left() is { } left)
            return (Verdict.Stuck, $"it left {left}");
        try
        {
            bystander.Require();
        }
        catch (Exception exception)
        {
            return (Verdict.Stuck, Outline(exception));
        }
        if (injected == 0)
            return trial.IsComplete ? (Verdict.NotReached, null) : (Verdict.Broken, "it failed without a fault");
        if (RunHealthy() is { } ill)
            return (Verdict.Stuck, $"afterwards {ill}");
        return Judge(trial, @case);
    }

    private static (Verdict, string?) Judge(Trial trial, Case @case)
    {
        if (trial.Reports.Any(report => Names(report, @case)))
            return (Verdict.Reported, null);
        string reports = OutlineAll(trial);
        if (reports.Length > 0)
            return (Verdict.Broken, $"no report names the call and the errno: {reports}");
        return trial.IsComplete ? (Verdict.Tolerated, null) : (Verdict.Broken, "nothing reported the failure, and something is missing");
    }

    /// <returns>Null: the workload did not return.</returns>
    private Trial? Execute()
    {
        var trial = new Trial();
        var thread = new Thread(() => Work(trial)) { IsBackground = true, Name = "workload" };
        thread.Start();
        bool ended = thread.Join(Trial.Patience * 3);
        Shim.Disarm();
        return ended ? trial : null;
    }

    private void Work(Trial trial)
    {
        try
        {
            workload.Run(trial);
            trial.IsComplete = !Plant.Swallows || Shim.Injected == 0;
        }
        catch (Exception exception) when (!Plant.Swallows)
        {
            trial.Note(Plant.HidesTheCall ? new IOException("It failed.") : exception);
        }
        catch (IOException)
        {
            // planted
        }
        try
        {
            if (Shim.Injected > 0)
                Plant.Act(bystander.Loop);
        }
        catch (WrongResultException exception)
        {
            trial.Note(exception);
        }
    }

    private static Exception? Bad(Trial trial) =>
        trial.Reports.FirstOrDefault(report => report is WrongResultException or HungException or NullReferenceException or IndexOutOfRangeException);

    private string? Left()
    {
        var left = Belongings.LeftBeyond(_before);
        return left.Count == 0 ? null : string.Join(", ", left);
    }

    private static bool Names(Exception exception, Case @case)
    {
        for (Exception? one = exception; one is not null; one = one.InnerException)
        {
            if (@case.Call.Words.Any(word => one.Message.Contains(word, StringComparison.OrdinalIgnoreCase)) && HasErrno(one, @case.Errno))
                return true;
        }
        return false;
    }

    private static bool HasErrno(Exception exception, string errno) =>
        exception.HResult == ErrnoNames.Number(errno)
            || exception.Message.Contains($"({errno})", StringComparison.Ordinal)
            || exception.Message.Contains($"(errno {ErrnoNames.Number(errno)})", StringComparison.Ordinal)
            || exception.InnerException is SocketException inner && Is(inner, errno);

    // .NET makes one error of several errnos, and of some that it does not know an unknown one.
    private static bool Is(SocketException exception, string errno) =>
        exception.NativeErrorCode == ErrnoNames.Number(errno)
            || exception.SocketErrorCode == errno switch
            {
                "EBADF" => SocketError.OperationAborted,
                "EPERM" => SocketError.AccessDenied,
                "EPIPE" => SocketError.Shutdown,
                "EMFILE" => SocketError.TooManyOpenSockets,
                _ => SocketError.SocketError,
            };

    private static string Outline(Exception exception) => $"{exception.GetType().Name}: {exception.Message.Replace('\n', ' ')}{(exception.InnerException is { } inner ? $" ({Outline(inner)})" : "")}";

    private static string OutlineAll(Trial trial) => string.Join(" | ", trial.Reports.Select(Outline).Distinct().Take(5));
}
