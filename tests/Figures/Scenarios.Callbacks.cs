using IOLoops;

namespace Figures;

/// <summary>Posts, timeouts, and changes of what is registered.</summary>
internal sealed partial class Scenarios
{
    private const string Poster = "poster";

    private static readonly Action<Scenarios> NoteRun = static self => self.HappenAndNote();
    private static readonly Action<Scenarios> Nothing = static _ => { };
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private void PostToSleeping(string figure, Action<Action<Scenarios>> post)
    {
        int poster = Libc.gettid();
        int posts = 0;
        _measurement.FromOutside(figure, () =>
        {
            int done = Volatile.Read(ref _done);
            bool isMeasured = posts++ >= Measurement.WarmUp;
            if (isMeasured)
                Mark.Begin(subject.Kind, figure, Poster, poster);
            long before = GC.GetAllocatedBytesForCurrentThread();
            post(NoteRun);
            fault.Happen();
            long bytes = GC.GetAllocatedBytesForCurrentThread() - before;
            if (isMeasured)
            {
                Mark.End(subject.Kind, figure, Poster, 1);
                Mark.Allocated(subject.Kind, figure, Poster, bytes, 1);
            }
            WaitForNote(done, figure);
        }, () => Volatile.Read(ref _allocated));
    }

    private void Posts()
    {
        PostToSleeping("a post to a sleeping loop", callback => Loop.AddCallback(callback, this));
        PostToAwake("a post to an awake loop", callback => Loop.AddCallback(callback, this));
        PostToSleeping("a post from a signal to a sleeping loop", callback => Loop.AddCallbackFromSignal(callback, this));
        PostToAwake("a post from a signal to an awake loop", callback => Loop.AddCallbackFromSignal(callback, this));
    }

    private void HappenAndNote()
    {
        fault.Happen();
        Note();
    }

    private void PostToAwake(string figure, Action<Action<Scenarios>> post)
    {
        int poster = Libc.gettid();
        bool goesOn = false;
        int done = Volatile.Read(ref _done);
        Loop.AddCallback(() =>
        {
            Note();
            Bounded.Until(() => Volatile.Read(ref goesOn), "the posts are made");
        });
        WaitForNote(done, "the loop is awake");
        for (int batch = -2; batch < Measurement.Batches; batch++)
        {
            if (batch >= 0)
                Mark.Begin(subject.Kind, figure, Poster, poster);
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < Measurement.Operations; i++)
                post(Nothing);
            fault.Happen();
            long bytes = GC.GetAllocatedBytesForCurrentThread() - before;
            if (batch < 0)
                continue;
            Mark.End(subject.Kind, figure, Poster, Measurement.Operations);
            Mark.Allocated(subject.Kind, figure, Poster, bytes, Measurement.Operations);
        }
        Volatile.Write(ref goesOn, true);
        subject.WaitUntilAsleep();
    }

    private void PostByItself(string figure)
    {
        int calls = 0;
        long before = 0;
        var ended = new TaskCompletionSource();
        Action<Scenarios> again = null!;
        again = _ =>
        {
            if (_measurement.IsDone(figure, ref calls, ref before))
                ended.SetResult();
            else
                Loop.AddCallback(again, this);
        };
        Loop.AddCallback(again, this);
        Bounded.Wait(ended.Task, figure);
        subject.WaitUntilAsleep();
    }

    private void Timeouts()
    {
        _measurement.InOneCallback(("a timeout set and removed", _ => Loop.RemoveTimeout(Loop.CallLater(Hour, Nothing, this))));
        if (subject is NativeSubject) // in a host it is a timer of the runtime's, or of the host's, that waits
            TimeoutAfterTimeout();
    }

    private void TimeoutAfterTimeout()
    {
        int calls = 0;
        long before = 0;
        var ended = new TaskCompletionSource();
        Action<Scenarios> again = null!;
        again = _ =>
        {
            if (_measurement.IsDone("a timeout that comes due", ref calls, ref before))
                ended.SetResult();
            else
                Loop.CallLater(TimeSpan.FromMilliseconds(2), again, this);
        };
        Bounded.Wait(Loop.InvokeAsync(() => again(this)), "the first timeout is set");
        Bounded.Wait(ended.Task, "timeouts");
        subject.WaitUntilAsleep();
    }

    private void Registrations()
    {
        int[] fds = [.. Enumerable.Range(0, Measurement.Operations).Select(_ => Libc.NewEventFd(isReady: false))];
        IOHandler handler = static (_, _) => { };
        _measurement.InOneCallback(
            ("a registration", i => Loop.AddHandler(fds[i], handler, IOEvents.Read)),
            ("a change", i => Loop.UpdateHandler(fds[i], IOEvents.None)),
            ("a removal", i => Loop.RemoveHandler(fds[i])));
        foreach (int fd in fds)
            Libc.Close(fd);
    }
}
