using System.Globalization;
using System.Runtime.InteropServices;

namespace IOLoops.Samples;

/// <summary><c>--loops</c>: one server on each loop of a group, for the clients of the demonstration or for others until a signal comes.</summary>
internal static class GroupServing
{
    /// <exception cref="ExitException">An echo was wrong, nothing was served, or a loop failed.</exception>
    internal static void Run(Options options)
    {
        using var metrics = options.Metrics ? new Metrics() : null;
        using var group = new LoopGroup(new LoopGroupOptions { Name = "poll", Count = options.Loops, StopWhenOneEnds = true, StopOnCallbackFailure = true });
        var servers = new GroupServers(group, options.Port);
        servers.Open();
        var run = group.RunAsync();
        try
        {
            if (options.Serve)
                ServeUntilSignal(servers, run);
            else
                Demonstrate(servers, run, options);
        }
        finally
        {
            group.StopAsync().Wait();
            servers.Close();
        }
        if (run.Exception is { } failure)
            throw new ExitException(ExitException.Failed, $"{group.Name}: {failure.GetBaseException().Message}");
        metrics?.Print();
        Report.PrintLoops(servers.Results());
    }

    private static void ServeUntilSignal(GroupServers servers, Task run)
    {
        using var signalled = new ManualResetEventSlim();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Note);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Note);
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"listening on {servers.EndPoint}"));
        Console.Out.Flush();
        run.ContinueWith(_ => signalled.Set(), TaskScheduler.Default);
        signalled.Wait();

        void Note(PosixSignalContext context)
        {
            context.Cancel = true;
            signalled.Set();
        }
    }

    private static void Demonstrate(GroupServers servers, Task run, Options options)
    {
        Report.PrintPlan(options);
        using var load = new LoadGenerator(servers.EndPoint, options.Clients, TimeSpan.FromSeconds(options.Seconds));
        using var over = new CancellationTokenSource();
        var cancelling = run.ContinueWith(_ => load.Cancel(), over.Token, TaskContinuationOptions.None, TaskScheduler.Default);
        try
        {
            load.Run((elapsed, rate) => Report.PrintProgress("group", elapsed, rate));
        }
        catch (ExitException) when (run.IsFaulted)
        {
            return; // a loop has failed, which is the reason
        }
        finally
        {
            // The group still runs. When it ends, the load generator has been disposed of, and can no longer be cancelled.
            over.Cancel();
            Task.WhenAny(cancelling).Wait();
        }
        if (load.Latencies.Count == 0)
            throw new ExitException(ExitException.Failed, "group: nothing was served");
        Report.PrintTable([new TrialResult("group", $"{options.Loops} loops", load.Latencies, load.Elapsed)]);
    }
}
