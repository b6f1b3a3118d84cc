using System.IO.Pipes;
using System.Reactive.Linq;
using System.Reactive.Threading.Tasks;
using IOLoops;
using IOLoops.Rx;

namespace Faults.Workloads;

/// <summary>Rx on a native loop: what is scheduled there, descriptors and other threads' notifications as observables.</summary>
internal sealed class RxWorkload : Workload
{
    internal override string Name => "rx-on-loop";

    internal override void Run(Trial trial)
    {
        using var subject = new NativeSubject(trial, PollerKind.Epoll, WakerKind.EventFd);
        Schedule(subject);
        Observe(subject);
        Read(subject);
        Forward(subject);
    }

    private static void Schedule(Subject subject)
    {
        var scheduler = subject.Loop.AsScheduler();
        for (int i = 0; i < 3; i++)
            subject.Trial.Require(subject.Await(Observable.Return(i, scheduler).ToTask(), "a scheduled item") == i, "an item notified another value");
        var due = subject.Loop.Time + TimeSpan.FromMilliseconds(2);
        subject.Await(Observable.Timer(TimeSpan.FromMilliseconds(2), scheduler).Do(_ => subject.Trial.Require(subject.Loop.Time >= due, "a timer was early")).ToTask(), "a timer");
        long last = subject.Await(Observable.Interval(TimeSpan.FromMilliseconds(1), scheduler).Take(3).ToTask(), "a periodic item");
        subject.Trial.Require(last == 2, "an interval notified another number");
    }

    /// <summary>Subscribed to on another thread than the loop's.</summary>
    private static void Observe(Subject subject)
    {
        using var pipe = new AnonymousPipeServerStream(PipeDirection.Out);
        using var reader = pipe.ClientSafePipeHandle; // asked for, it is no longer the stream's to close
        for (int i = 0; i < 3; i++)
        {
            pipe.WriteByte((byte)i);
            var events = subject.Loop.ObserveEvents(reader, IOEvents.Read).FirstAsync().Do(_ => Native.ReadByte(reader)).ToTask();
            subject.Trial.Require(subject.Await(events, "an event") == IOEvents.Read, "other events were notified");
        }
        // The last subscription ends in a turn of the loop.
        subject.Await(subject.Loop.RemoveHandlerAsync(reader).AsTask(), "RemoveHandlerAsync");
    }

    /// <summary>Subscribed to on the loop's thread.</summary>
    private static void Read(Subject subject)
    {
        using var pipe = new AnonymousPipeServerStream(PipeDirection.Out);
        using var reader = pipe.ClientSafePipeHandle;
        var read = subject.Loop.InvokeAsync(() => subject.Loop.ObserveReads(reader, 2).SelectMany(static bytes => bytes.ToArray()).ToList().ToTask());
        byte[] sent = [1, 2, 3, 4, 5];
        pipe.Write(sent);
        pipe.Dispose();
        subject.Trial.Require(subject.Await(read, "the end of a pipe").SequenceEqual(sent), "other bytes were notified");
    }

    private static void Forward(Subject subject)
    {
        var all = Observable.Range(0, 300).ObserveOn(subject.Loop).SubscribeOn(subject.Loop).ToList().ToTask();
        subject.Trial.Require(subject.Await(all, "notifications of another thread").SequenceEqual(Enumerable.Range(0, 300)), "notifications came in another order");
    }
}
