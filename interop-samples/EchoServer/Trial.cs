namespace IOLoops.Samples;

/// <summary>The demonstration on one kind of loop: the server on a thread of its own, the clients on others.</summary>
internal sealed class Trial(LoopKind kind, Options options)
{
    private Exception? _failure;

    /// <exception cref="ExitException">An echo was wrong, nothing was served, or the loop failed.</exception>
    internal TrialResult Run()
    {
        using var metrics = options.Metrics ? new Metrics() : null;
        var (loop, host) = kind.Create();
        using var disposedLast = host;
        using var disposedFirst = loop;
        var server = new EchoServer(loop, Listener.Open(options.Port));
        using var load = new LoadGenerator(server.EndPoint!, options.Clients, TimeSpan.FromSeconds(options.Seconds));
        loop.CallbackException += (_, failed) =>
        {
            failed.Handled = true;
            Fail(failed.Exception, load);
        };
        server.Open();
        var thread = new Thread(() => RunLoop(loop, load)) { Name = $"{kind.Name} loop", IsBackground = true };
        thread.Start();
        try
        {
            load.Run((elapsed, rate) => Report.PrintProgress(kind.Name, elapsed, rate));
        }
        catch (ExitException clients)
        {
            throw Failure(_failure?.Message ?? clients.Message);
        }
        finally
        {
            loop.TryAddCallback(() =>
            {
                server.Close();
                loop.Stop();
            });
            thread.Join();
        }
        if (_failure is not null)
            throw Failure(_failure.Message);
        metrics?.Print();
        var result = new TrialResult(kind.Name, server.Statistics.Threads, load.Latencies, load.Elapsed);
        return result.RoundTrips > 0 ? result : throw Failure("nothing was served");
    }

    private ExitException Failure(string what) => new(ExitException.Failed, $"{kind.Name}: {what}");

    /// <summary>A handler failed, or the loop: there is nothing to wait for any more.</summary>
    private void Fail(Exception exception, LoadGenerator load)
    {
        _failure ??= exception;
        load.Cancel();
    }

    private void RunLoop(IOLoop loop, LoadGenerator load)
    {
        try
        {
            loop.Start();
        }
        catch (Exception exception)
        {
            Fail(exception, load);
        }
    }
}
