using System.Reactive.Concurrency;
using IOLoops;
using IOLoops.Rx;
using IOLoops.VsThreading;
using Microsoft.VisualStudio.Threading;

namespace Figures;

/// <summary>The loops that are measured.</summary>
internal static class Subjects
{
    /// <param name="isFew">One native loop and one in a host.</param>
    internal static Subject[] Create(bool isFew)
    {
        var first = new NativeSubject("native, epoll, eventfd", PollerKind.Epoll, WakerKind.EventFd);
        return isFew ? [first, InContext("SynchronizationContext, epoll", PollerKind.Epoll)] :
        [
            first,
            new NativeSubject("native, epoll, pipe", PollerKind.Epoll, WakerKind.Pipe),
            new NativeSubject("native, poll, pipe", PollerKind.Poll, WakerKind.Pipe),
            InContext("SynchronizationContext, epoll", PollerKind.Epoll),
            InContext("SynchronizationContext, poll", PollerKind.Poll),
            OnScheduler(),
            OnLoopScheduler(),
            OnMainThread(),
        ];
    }

    private static HostedSubject InContext(string kind, PollerKind poller)
    {
        var context = new QueueContext();
        return new HostedSubject(kind, new SynchronizationContextIOLoop(context, Options(kind, poller)), waitsForDescriptors: false, context);
    }

    private static HostedSubject OnScheduler()
    {
        const string kind = "EventLoopScheduler, epoll";
        var scheduler = new EventLoopScheduler();
        HostAlone.Measure("EventLoopScheduler alone", scheduler);
        return new HostedSubject(kind, new RxIOLoop(scheduler, Options(kind, PollerKind.Epoll)), waitsForDescriptors: false, scheduler);
    }

    private static HostedSubject OnLoopScheduler()
    {
        const string kind = "scheduler of a native loop, epoll";
        var native = new NativeSubject(kind, PollerKind.Epoll, WakerKind.EventFd);
        HostAlone.Measure("scheduler of a native loop alone", native.Loop.AsScheduler());
        return new HostedSubject(kind, new RxIOLoop(native.Loop.AsScheduler(), Options(kind, PollerKind.Epoll)), waitsForDescriptors: true, native);
    }

    private static HostedSubject OnMainThread()
    {
        const string kind = "JoinableTaskFactory, epoll";
        var context = new QueueContext();
        var main = new JoinableTaskContext(context.Thread, context);
        return new HostedSubject(kind, new JoinableTaskIOLoop(main.Factory, Options(kind, PollerKind.Epoll)), waitsForDescriptors: false, context, main);
    }

    // A turn that gives way to the host's other work does so by time: without a budget the figures depend on none.
    private static HostedIOLoopOptions Options(string kind, PollerKind poller) => new() { Name = kind, Poller = poller, TurnBudget = null };
}
