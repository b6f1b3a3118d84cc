using System.Diagnostics;
using System.Runtime.ExceptionServices;
using IOLoops.Hosting;

namespace IOLoops;

/// <summary>
/// A <see cref="SynchronizationContext"/> for a main loop that has none that fits: a game's, a terminal user interface's, one in C. The
/// main loop calls <see cref="RunPosted"/> once per iteration, for a bounded time, so what is posted never keeps it from its other work.
/// </summary>
/// <remarks>
/// <para>
/// With it a loop runs there: <c>SynchronizationContextIOLoop.Attach(context)</c>, or over a JoinableTaskContext that is made with it.
/// <see cref="Post"/> never runs anything itself and never blocks, whatever the main thread does.
/// </para>
/// <para>
/// It belongs to the thread that constructs it. It does not make itself current: call
/// <see cref="SynchronizationContext.SetSynchronizationContext"/> where an <c>await</c> in the main loop's own code is to resume in it.
/// </para>
/// </remarks>
/// <example>
/// <code>
/// var context = new PumpedSynchronizationContext();         // on the main loop's thread
/// var loop = SynchronizationContextIOLoop.Attach(context);
/// while (iterate(loop))                                     // the main loop: input, drawing, ...
///     context.RunPosted(TimeSpan.FromMilliseconds(10));     // once per iteration: turns for at most 10 ms
/// loop.Stop();
/// loop.Close();
/// </code>
/// </example>
public sealed class PumpedSynchronizationContext : SynchronizationContext, IFairContext
{
    private readonly Queue<(SendOrPostCallback Callback, object? State)> _posted = []; // guarded by itself
    private readonly Thread _thread = Thread.CurrentThread;
    private readonly Action? _wake;

    Thread? IFairContext.Thread => _thread;

    /// <summary>A context of the calling thread.</summary>
    /// <param name="wake">
    /// Makes the main loop begin an iteration, where it may be asleep. Called on any thread when something was posted while nothing
    /// waited, and at the end of <see cref="RunPosted"/> when something is left. It must not block. <see langword="null"/> for a main loop that begins iterations by itself.
    /// </param>
    public PumpedSynchronizationContext(Action? wake = null) => _wake = wake;

    /// <summary>Whether something is posted that has not run. Any thread.</summary>
    public bool HasPosted
    {
        get
        {
            lock (_posted)
                return _posted.Count > 0;
        }
    }

    /// <summary>Queues a call for the next <see cref="RunPosted"/>. Any thread; never blocks, unless <c>wake</c> does.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="d"/> is null.</exception>
    public override void Post(SendOrPostCallback d, object? state)
    {
        ArgumentNullException.ThrowIfNull(d);
        bool isFirst;
        lock (_posted)
        {
            isFirst = _posted.Count == 0;
            _posted.Enqueue((d, state));
        }
        if (isFirst)
            _wake?.Invoke();
    }

    /// <summary>
    /// Calls now on the context's thread, and elsewhere waits until the main loop has made the call. What the call throws is thrown here.
    /// </summary>
    /// <exception cref="ArgumentNullException"><paramref name="d"/> is null.</exception>
    public override void Send(SendOrPostCallback d, object? state)
    {
        ArgumentNullException.ThrowIfNull(d);
        if (Thread.CurrentThread == _thread)
        {
            d(state);
            return;
        }
        ExceptionDispatchInfo? thrown = null;
        using var done = new ManualResetEventSlim();
        Post(
            _ =>
            {
                try
                {
                    d(state);
                }
                catch (Exception exception)
                {
                    thrown = ExceptionDispatchInfo.Capture(exception);
                }
                done.Set();
            },
            null);
        done.Wait();
        thrown?.Throw();
    }

    /// <summary>
    /// Runs what is posted, in order, what is posted meanwhile included, until nothing is left or the time is up. At least one call is
    /// made if one waits. What a call throws is thrown here; what is left stays for the next call.
    /// </summary>
    /// <param name="limit">How long: the rest of an iteration is for the main loop's other work. Ten milliseconds suit most.</param>
    /// <returns>How many calls were made.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="limit"/> is negative.</exception>
    /// <exception cref="InvalidOperationException">This is not the thread that constructed the context.</exception>
    public int RunPosted(TimeSpan limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, TimeSpan.Zero);
        if (Thread.CurrentThread != _thread)
            throw new InvalidOperationException("RunPosted was called on another thread than the one that constructed the context. Call it on that thread, once per iteration of its main loop.");
        long began = Stopwatch.GetTimestamp();
        int calls = 0;
        try
        {
            do
            {
                if (!TryTake(out var next))
                    return calls;
                calls++;
                next.Callback(next.State);
            }
            while (Stopwatch.GetElapsedTime(began) < limit);
        }
        finally
        {
            if (_wake is not null && HasPosted)
                _wake();
        }
        return calls;
    }

    private bool TryTake(out (SendOrPostCallback Callback, object? State) next)
    {
        lock (_posted)
            return _posted.TryDequeue(out next);
    }

    /// <summary>This context: it is known by its thread and its queue.</summary>
    public override SynchronizationContext CreateCopy() => this;
}
