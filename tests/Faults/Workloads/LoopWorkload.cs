using System.IO.Pipes;
using IOLoops;

namespace Faults.Workloads;

/// <summary>Posts, timeouts, handlers and waits on one loop.</summary>
internal sealed class LoopWorkload(string name, Func<Trial, Subject> open, Target target = Target.Core) : Workload
{
    internal override string Name => name;

    internal override Target Target => target;

    internal override void Run(Trial trial)
    {
        using var subject = open(trial);
        Post(subject);
        Time(subject);
        Handle(subject);
        Wait(subject);
        HandleFile(subject);
    }

    private static void Post(Subject subject)
    {
        for (int i = 0; i < 5; i++)
            subject.Trial.Require(subject.Await(subject.Loop.InvokeAsync(() => i), "a posted call") == i, "a posted call returned another's value");
    }

    private static void Time(Subject subject)
    {
        var due = new TaskCompletionSource<bool>();
        subject.Await(
            subject.Loop.InvokeAsync(() =>
            {
                var deadline = subject.Loop.Time + TimeSpan.FromMilliseconds(2);
                subject.Loop.CallAt(deadline, () => due.TrySetResult(subject.Loop.Time >= deadline));
            }),
            "a timeout to be set");
        subject.Trial.Require(subject.Await(due.Task, "a timeout"), "a timeout was early");
    }

    private static void Handle(Subject subject)
    {
        using var pipe = new AnonymousPipeServerStream(PipeDirection.Out);
        using var reader = pipe.ClientSafePipeHandle; // asked for, it is no longer the stream's to close
        var got = new TaskCompletionSource<int>[] { new(), new(), new() };
        int calls = 0;
        void OnReadable(FileDescriptor fd, IOEvents events)
        {
            int value = Native.ReadByte(reader);
            if (value >= 0)
                got[calls++].TrySetResult(value);
            else if (events.HasError())
                subject.Loop.RemoveHandler(fd); // a fault has ended what follows, and with it the pipe
        }
        subject.Await(subject.Loop.InvokeAsync(() => subject.Loop.AddHandler(reader, OnReadable, IOEvents.Read)), "AddHandler");
        for (int i = 0; i < got.Length; i++)
        {
            pipe.WriteByte((byte)i);
            subject.Trial.Require(subject.Await(got[i].Task, "a handler") == i, "a handler read another byte");
            subject.Await(subject.Loop.InvokeAsync(() => subject.Loop.UpdateHandler(reader, IOEvents.None)), "UpdateHandler");
            subject.Await(subject.Loop.InvokeAsync(() => subject.Loop.UpdateHandler(reader, IOEvents.Read)), "UpdateHandler");
        }
        subject.Await(subject.Loop.InvokeAsync(() => subject.Loop.RemoveHandler(reader)), "RemoveHandler");
    }

    private static void Wait(Subject subject)
    {
        using var pipe = new AnonymousPipeServerStream(PipeDirection.Out);
        using var reader = pipe.ClientSafePipeHandle; // asked for, it is no longer the stream's to close
        for (int i = 0; i < 3; i++)
        {
            var wait = subject.Loop.InvokeAsync(() => subject.Loop.WaitAsync(reader, IOEvents.Read).AsTask());
            pipe.WriteByte((byte)i);
            subject.Trial.Require(subject.Await(wait, "WaitAsync") == IOEvents.Read, "a wait ended with other events");
            subject.Trial.Require(Native.ReadByte(reader) == i, "a wait ended before its event");
        }
        subject.Await(subject.Loop.RemoveHandlerAsync(reader).AsTask(), "RemoveHandlerAsync");
    }

    // epoll refuses regular files with EPERM: the loop reports them as always ready.
    private static void HandleFile(Subject subject)
    {
        using var file = File.OpenHandle(typeof(LoopWorkload).Assembly.Location);
        var called = new TaskCompletionSource();
        subject.Await(
            subject.Loop.InvokeAsync(() => subject.Loop.AddHandler(
                file,
                (_, _) =>
                {
                    subject.Loop.RemoveHandler(file);
                    called.TrySetResult();
                },
                IOEvents.Read)),
            "AddHandler of a file");
        subject.Await(called.Task, "the handler of a file");
    }
}
