using Shouldly;

namespace IOLoops.Tests.Stress;

/// <summary>A loop that runs on a thread of its own, and whose end is waited for with a bound.</summary>
internal sealed class LoopThread : IDisposable
{
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Thread _thread;

    internal LoopThread(IOLoop loop)
    {
        Loop = loop;
        _thread = new Thread(loop.Start) { IsBackground = true, Name = "loop under stress" };
        _thread.Start();
    }

    internal IOLoop Loop { get; }

    /// <summary>Waits until the loop has returned from Start.</summary>
    internal void Join() => _thread.Join(Patience).ShouldBeTrue("the loop did not end: a wake-up was lost");

    internal static void JoinAll(IEnumerable<Thread> threads)
    {
        foreach (var thread in threads)
            thread.Join(Patience).ShouldBeTrue("a thread is stuck: a wake-up was lost");
    }

    internal static Thread[] StartMany(int count, Action<int> body)
    {
        var threads = new Thread[count];
        for (int i = 0; i < count; i++)
        {
            int number = i;
            threads[i] = new Thread(() => body(number)) { IsBackground = true };
            threads[i].Start();
        }
        return threads;
    }

    public void Dispose()
    {
        Loop.Stop();
        Join();
        Loop.Close();
    }
}
