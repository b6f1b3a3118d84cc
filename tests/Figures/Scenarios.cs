using IOLoops;

namespace Figures;

/// <summary>What each loop is measured at.</summary>
internal sealed partial class Scenarios(Subject subject, Fault fault)
{
    private const int Many = 1_000;

    private readonly Measurement _measurement = new(subject, fault);
    private readonly List<int> _idle = [];
    private long _allocated; // by the loop's thread, when the last operation was done; volatile
    private int _done;       // operations; volatile

    private IOLoop Loop => subject.Loop;

    internal void Run()
    {
        Echo("echo of one message");
        ReadyTurnAfterTurn();
        Posts();
        PostByItself("a callback that posts itself, turn after turn");
        if (subject is NativeSubject) // those in hosts have a descriptor of their own
            PostByItselfAlone();
        Timeouts();
        Registrations();
        KeepIdle(Many - 1);
        Echo("echo of one message, 1,000 idle descriptors");
    }

    /// <summary>The loop is asleep until something from outside this process happens.</summary>
    internal void BeginIdle()
    {
        subject.WaitUntilAsleep();
        _measurement.Begin(IdleFigure);
        if (fault == Fault.Call)
            OnLoop(() => fault.Happen());
    }

    internal void EndIdle() => _measurement.End(IdleFigure, operations: 1);

    private string IdleFigure => _idle.Count >= Many ? "idle for 1 s, 1,000 idle descriptors" : "idle for 1 s";

    internal void KeepIdle(int count)
    {
        var added = Enumerable.Range(0, count).Select(_ => Libc.NewEventFd(isReady: false)).ToList();
        _idle.AddRange(added);
        Register(added);
    }

    private void Register(List<int> idle) => OnLoop(() =>
    {
        foreach (int fd in idle)
            Loop.AddHandler(fd, static (_, _) => throw new InvalidOperationException("It is not ready."), IOEvents.Read);
    });

    private void PostByItselfAlone()
    {
        OnLoop(() => _idle.ForEach(fd => Loop.RemoveHandler(fd)));
        PostByItself("a callback that posts itself, no descriptors");
        Register(_idle);
    }

    private void Echo(string figure)
    {
        var (near, far) = Libc.NewSocketPair();
        OnLoop(() => Loop.AddHandler(near, (fd, events) =>
        {
            Libc.Receive((int)fd.Number);
            fault.Happen();
            Note();
            Libc.Send((int)fd.Number);
        }, IOEvents.Read));
        _measurement.FromOutside(figure, () =>
        {
            Libc.Send(far);
            Libc.Receive(far);
        }, () => Volatile.Read(ref _allocated));
        OnLoop(() => Loop.RemoveHandler(near));
        Libc.Close(near);
        Libc.Close(far);
    }

    /// <summary>With a callback in each turn, so that each has its own post to a host: else as many share one as happen to take 5 ms.</summary>
    private void ReadyTurnAfterTurn()
    {
        int fd = Libc.NewEventFd(isReady: true);
        int calls = 0;
        long before = 0;
        var ended = new TaskCompletionSource();
        OnLoop(() => Loop.AddHandler(fd, (_, _) =>
        {
            if (!_measurement.IsDone("a ready descriptor, turn after turn", ref calls, ref before))
            {
                Loop.AddCallback(Nothing, this);
                return;
            }
            Loop.RemoveHandler(fd);
            ended.SetResult();
        }, IOEvents.Read));
        Bounded.Wait(ended.Task, "a ready descriptor");
        subject.WaitUntilAsleep();
        Libc.Close(fd);
    }

    private void OnLoop(Action action)
    {
        Bounded.Wait(Loop.InvokeAsync(action), "a call on the loop's thread");
        subject.WaitUntilAsleep();
    }

    /// <summary>Tells the thread that measures, without a system call.</summary>
    private void Note()
    {
        Volatile.Write(ref _allocated, GC.GetAllocatedBytesForCurrentThread());
        Volatile.Write(ref _done, _done + 1);
    }

    private void WaitForNote(int before, string what) => Bounded.Until(() => Volatile.Read(ref _done) != before, what);
}
