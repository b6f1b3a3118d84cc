using System.Runtime.ExceptionServices;

namespace IOLoops.Conformance;

/// <summary>A thread that is not the loop's. What its body throws is thrown again by <see cref="Join"/>.</summary>
public sealed class OtherThread
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Thread _thread;
    private ExceptionDispatchInfo? _thrown;

    private OtherThread(Action body)
    {
        _thread = new Thread(() => Body(body)) { IsBackground = true, Name = "Other" };
        _thread.Start();
    }

    /// <summary>Starts a thread.</summary>
    public static OtherThread Start(Action body) => new(body);

    /// <summary>Starts a thread and waits until it has ended.</summary>
    public static void Run(Action body) => Start(body).Join();

    /// <summary>Waits until it has ended, for a bounded time.</summary>
    public void Join()
    {
        if (!_thread.Join(Patience))
            throw new TimeoutException("The other thread has not ended in time.");
        _thrown?.Throw();
    }

    private void Body(Action body)
    {
        try
        {
            body();
        }
        catch (Exception exception)
        {
            _thrown = ExceptionDispatchInfo.Capture(exception);
        }
    }
}
