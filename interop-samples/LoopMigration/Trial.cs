using System.IO.Pipes;
using System.Net;
using System.Net.Sockets;

namespace IOLoops.Samples;

/// <summary>One step, and the customers.</summary>
internal static class Trial
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <param name="step">How the station is run.</param>
    /// <param name="print">Gets each line that the station says.</param>
    /// <returns>All that it has said.</returns>
    /// <exception cref="ExitException">It did not say what it should, did not end, or ran on several threads.</exception>
    internal static Journal Run(Step step, Action<string> print)
    {
        if (OperatingSystem.IsWindows() && step.HasLoop)
            throw new ExitException(ExitException.Failed, $"step {step.Number} waits for a pipe, and on Windows a loop can wait for sockets only. Run it on Linux or macOS; --step 1 runs here.");
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        using var scale = new AnonymousPipeServerStream(PipeDirection.In);
        using var weights = new AnonymousPipeClientStream(PipeDirection.Out, scale.ClientSafePipeHandle);
        var journal = new Journal(print);

        var station = Begin("main", () => step.Run(new Station(journal.Write), listener, scale.SafePipeHandle));
        var customers = Begin("customers", new Customers(listener.LocalEndPoint!, weights).Play);
        bool hasEnded = Task.WhenAll(station, customers).ContinueWith(_ => { }, TaskScheduler.Default).Wait(Patience);

        foreach (var task in (Task[])[customers, station])
        {
            if (task.Exception?.InnerException is { } failure)
                throw new ExitException(ExitException.Failed, $"step {step.Number}: {failure.Message}");
        }
        if (!hasEnded)
            throw new ExitException(ExitException.Failed, $"step {step.Number} has not ended within {Patience.TotalSeconds} s");
        if (journal.Threads.Count != 1)
            throw new ExitException(ExitException.Failed, $"step {step.Number} ran on {journal.Threads.Count} threads: {string.Join(", ", journal.Threads)}");
        return journal;
    }

    // A background thread: one that hangs does not keep the program.
    private static Task Begin(string name, Action action)
    {
        var completion = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            try
            {
                action();
                completion.SetResult();
            }
            catch (Exception exception)
            {
                completion.SetException(exception);
            }
        })
        { Name = name, IsBackground = true }.Start();
        return completion.Task;
    }
}
