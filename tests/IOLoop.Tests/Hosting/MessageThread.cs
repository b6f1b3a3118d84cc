using System.Collections.Concurrent;
using System.Runtime.Versioning;
using IOLoops.Conformance;
using IOLoops.Interop;

namespace IOLoops.Tests.Hosting;

/// <summary>A thread that pumps Windows messages, as the UI threads of Windows do.</summary>
[SupportedOSPlatform("windows")]
public sealed class MessageThread : IDisposable
{
    private const uint TickTime = 10; // milliseconds: the shortest that there is
    private const uint TimerMessage = 0x0113; // WM_TIMER
    private const uint QuitMessage = 0x0012; // WM_QUIT

    private readonly ConcurrentQueue<Action> _work = [];
    private readonly TaskCompletionSource _ready = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Thread _thread;
    private uint _id;
    private int _dispatched;
    private int _ticks;

    public MessageThread()
    {
        _thread = new Thread(Pump) { IsBackground = true, Name = "Message thread" };
        _thread.SetApartmentState(ApartmentState.STA);
        _thread.UnsafeStart();
        Bounded.Await(_ready.Task, "the message thread");
    }

    /// <summary>How many messages windows of the thread have been given.</summary>
    public int Dispatched => Volatile.Read(ref _dispatched);

    /// <summary>How often the thread's timer has ticked; see <see cref="StartTicking"/>.</summary>
    public int Ticks => Volatile.Read(ref _ticks);

    /// <summary>Ends with the thread's message loop.</summary>
    public Task Ended => _ended.Task;

    public bool IsCurrent => Thread.CurrentThread == _thread;

    /// <summary>Runs something on the thread, as its own work, and waits for it.</summary>
    public T Invoke<T>(Func<T> function)
    {
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(() =>
        {
            try
            {
                result.SetResult(function());
            }
            catch (Exception exception)
            {
                result.SetException(exception);
            }
        });
        Bounded.Await(result.Task, "work of the message thread");
        return result.Task.GetAwaiter().GetResult();
    }

    public void Invoke(Action action) => Invoke(() =>
    {
        action();
        return true;
    });

    public void Post(Action work)
    {
        _work.Enqueue(work);
        _ = User32.PostThreadMessageW(_id, User32.Nothing, 0, 0);
    }

    /// <summary>On the thread: a message loop of its own, as that of a modal dialog.</summary>
    public void PumpUntil(Func<bool> until)
    {
        while (!until() && PumpOne())
        {
        }
    }

    /// <summary>Begins a timer of the thread's: messages of the lowest priority.</summary>
    public void StartTicking() => Invoke(() => TestWindows.SetTimer(0, 0, TickTime, 0));

    public void Quit() => _ = User32.PostThreadMessageW(_id, QuitMessage, 0, 0);

    public void Dispose()
    {
        Quit();
        if (!_thread.Join(Bounded.Patience))
            throw new TimeoutException("The message thread has not ended.");
    }

    private void Pump()
    {
        _id = User32.GetCurrentThreadId();
        TestWindows.MakeQueue(); // else messages that are posted before the first wait are refused
        _ready.SetResult();
        while (PumpOne())
        {
        }
        _ended.SetResult();
    }

    private unsafe bool PumpOne()
    {
        WindowMessage message;
        if (User32.GetMessageW(&message, 0, 0, 0) == 0)
        {
            User32.PostQuitMessage(0); // for the loop below on the stack
            return false;
        }
        if (message.Message == TimerMessage && message.Window == 0)
            Interlocked.Increment(ref _ticks);
        else if (message.Window != 0)
            Interlocked.Increment(ref _dispatched);
        else if (_work.TryDequeue(out var work))
            work();
        _ = User32.DispatchMessageW(&message);
        return true;
    }
}
