using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace IOLoops.Extensions.Hosting;

/// <summary>
/// The one run of a loop or a group, from the application's start to its end. The container creates it after these, and so disposes of it
/// before: that is how a run that ends with the container is distinguished from one that ends by itself.
/// </summary>
internal sealed class LoopRun : IAsyncDisposable, IDisposable
{
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(100); // another service may have used up the host's limit

    private readonly ILoopRunner _runner;
    private readonly IOLoopServiceOptions _options;
    private readonly IHostApplicationLifetime _lifetime;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();

    private Task? _run; // this and what follows guarded by _gate
    private Task? _watch; // ends when the end of the run has been seen to
    private bool _isEnding;
    private bool _isAbandoned;
    private Exception? _cause;
    private readonly List<Exception> _reported = []; // failures of runs

    internal LoopRun(ILoopRunner runner, IOLoopServiceOptions options, IHostApplicationLifetime lifetime, ILogger logger, TimeProvider time)
    {
        Loops = [.. runner.Loops.Select(loop => new WatchedLoop(loop, new LoopProbe(loop, time)))];
        Name = runner.Name;
        _runner = runner;
        _runner.LoopEnded = OnLoopEnded;
        _options = options;
        _lifetime = lifetime;
        _logger = logger;
        if (!options.StopApplicationOnCallbackFailure)
            return;
        foreach (var loop in runner.Loops)
            loop.UnhandledFailure = failure => OnUnhandledFailure(loop, failure);
    }

    /// <summary>For health checks.</summary>
    internal IReadOnlyList<WatchedLoop> Loops { get; }

    internal string Name { get; }

    /// <summary>Begins the run, and waits until each loop has run its first callback or has ended.</summary>
    /// <exception cref="InvalidOperationException">This loop is what stopped the application.</exception>
    internal async Task StartAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Task[] begun = [.. Loops.Select(static watched => watched.Begin())];
#pragma warning disable VSTHRD003 // ended by events of the loops' threads
        var settled = Task.WhenAll(Loops.Zip(begun, static (watched, first) => Task.WhenAny(first, watched.Current!)));
#pragma warning restore VSTHRD003
        var run = _runner.RunAsync();
        lock (_gate)
        {
            _run = run;
            _watch = run.ContinueWith(OnRunEnded, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
        try
        {
            await Task.WhenAny(settled, run).WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (Cause is not null)
        {
            // The host cancels the start, because a loop has stopped the application.
        }
        if (Loops.All(static watched => watched.Current!.IsCompleted) && !begun.Any(static first => first.IsCompleted))
            await run.ConfigureAwait(false); // the application fails to start with what no loop could run for
        if (Cause is not null)
            await StopAsync(CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Ends the run, and waits for that at most as long as the options allow.</summary>
    /// <exception cref="InvalidOperationException">This loop is what stopped the application.</exception>
    internal async Task StopAsync(CancellationToken cancellationToken)
    {
        await EndAsync(cancellationToken).ConfigureAwait(false);
        if (Cause is { } cause)
            throw cause;
    }

    /// <summary>When the application was not stopped, because it failed to start: ends the run.</summary>
    public async ValueTask DisposeAsync() => await EndAsync(CancellationToken.None).ConfigureAwait(false);

    /// <summary>The same without waiting.</summary>
    public void Dispose() => TryBeginEnd(out _);

    private async Task EndAsync(CancellationToken cancellationToken)
    {
        if (!TryBeginEnd(out var ended))
        {
            Close();
            return;
        }
        try
        {
            await ended.WaitAsync(ShortestWait, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await ended.WaitAsync(_options.StopTimeout, cancellationToken).ConfigureAwait(false);
            Close();
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            lock (_gate)
                _isAbandoned = true;
            _runner.Abandon();
            HostingLog.StopTimedOut(_logger, Name, _options.StopTimeout.TotalSeconds, string.Join("; ", _runner.Loops));
        }
    }

    /// <summary>Closes a loop that no longer runs: a service that still awaits something of it when the container disposes of that service would never end.</summary>
    private void Close()
    {
        bool isAbandoned;
        lock (_gate)
            isAbandoned = _isAbandoned;
        if (!isAbandoned)
            _runner.Dispose();
    }

    /// <summary>Asks the run to end: from now on it ends because the application does. False: nothing runs any more, or waiting was given up.</summary>
    private bool TryBeginEnd([NotNullWhen(true)] out Task? ended)
    {
        lock (_gate)
        {
            _isEnding = true;
            ended = _watch is { IsCompleted: false } && !_isAbandoned ? _watch : null;
        }
        if (ended is not null)
            _runner.Stop();
        return ended is not null;
    }

    private void OnUnhandledFailure(ApplicationIOLoop loop, Exception failure)
    {
        if (!TrySetCause($"The application was stopped because a callback, timeout or handler of the loop '{loop.Name}' failed and StopApplicationOnCallbackFailure is set.", failure))
            return;
        StopApplication();
        HostingLog.FailureStopsApplication(_logger, failure, loop.Name);
    }

    private void OnRunEnded(Task run)
    {
        var failures = (run.Exception?.Flatten().InnerExceptions ?? []).Except(_reported).ToList();
        foreach (var watched in Loops)
            watched.End(failures.FirstOrDefault());
        foreach (var failure in failures)
            HostingLog.RunFailed(_logger, failure, Name); // after the application has begun to stop: else the loop's end was reported
    }

    /// <summary>The run of one loop has ended, and was not asked to. Before <see cref="OnRunEnded"/>.</summary>
    private void OnLoopEnded(PollIOLoop loop, Exception? failure)
    {
        bool isEnding = IsApplicationEnding;
        // Before the loop counts as ended: a start that waits for it then fails with the cause.
        bool isCause = !isEnding && _options.StopApplicationWhenRunEnds
            && TrySetCause($"The application was stopped because the run of the loop '{loop.Name}' ended before the application did.", failure);
        Loops.First(watched => watched.Loop == loop).End(failure);
        if (failure is not null)
        {
            lock (_gate)
                _reported.Add(failure);
        }
        if (isCause)
        {
            StopApplication();
            HostingLog.RunEndStopsApplication(_logger, failure, loop.Name);
        }
        else if (!isEnding && !_options.StopApplicationWhenRunEnds)
        {
            HostingLog.RunEnded(_logger, failure, loop.Name);
        }
        else if (isEnding && failure is not null)
        {
            HostingLog.RunFailed(_logger, failure, loop.Name);
        }
    }

    /// <summary>Why a loop has stopped the application; null: none has.</summary>
    private Exception? Cause
    {
        get
        {
            lock (_gate)
                return _cause;
        }
    }

    /// <summary>What happens then is not the reason why the application stops.</summary>
    private bool IsApplicationEnding
    {
        get
        {
            lock (_gate)
                return _isEnding || _lifetime.ApplicationStopping.IsCancellationRequested;
        }
    }

    private bool TrySetCause(string message, Exception? failure)
    {
        lock (_gate)
        {
            if (IsApplicationEnding || _cause is not null)
                return false;
            _cause = new InvalidOperationException(message, failure);
            return true;
        }
    }

    // On the pool: what the application has registered for its end must not run on the loop's thread, which it may wait for.
    private void StopApplication() =>
        ThreadPool.UnsafeQueueUserWorkItem(static lifetime => lifetime.StopApplication(), _lifetime, preferLocal: false);
}
