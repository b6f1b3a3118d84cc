using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using IOLoops;
using IOLoops.Rx;

namespace LoopBench;

/// <summary>Has callbacks and timeouts go through a loop's IOLoopScheduler, as Rx would schedule them. Has no descriptors.</summary>
internal sealed class SchedulerLoop(IOLoop loop) : IOLoop
{
    private static readonly Func<IScheduler, (Action<object> Callback, object State), IDisposable> Call = static (_, call) =>
    {
        call.Callback(call.State);
        return Disposable.Empty;
    };

    private readonly IOLoopScheduler _scheduler = loop.AsScheduler();

    public override LoopTime Time => loop.Time;

    public override void AddCallback(Action callback) => _scheduler.Schedule(callback);

    internal TimeoutHandle Schedule(TimeSpan delay, Action<object> callback, object state) =>
        new(_scheduler.Schedule((callback, state), delay, Call), 0);

    public override void RemoveTimeout(TimeoutHandle timeout) => ((IDisposable)timeout.Owner!).Dispose();

    public override void Start() => throw NotAnswered();

    public override void Stop() => loop.Stop();

    public override void Close(bool allFds = false) => loop.Close(allFds);

    public override void AddHandler(FileDescriptor fd, IOHandler handler, IOEvents events) => throw NotAnswered();

    public override void UpdateHandler(FileDescriptor fd, IOEvents events) => throw NotAnswered();

    public override void RemoveHandler(FileDescriptor fd) => throw NotAnswered();

    public override TimeoutHandle CallAt(LoopTime when, Action callback) => throw NotAnswered();

    private static NotAnsweredException NotAnswered() =>
        new("ioloop-scheduler has callbacks and timeouts only. Use the workloads callbacks and timers, or another loop.");
}
