using System.Net.Sockets;
using System.Reactive.Concurrency;
using System.Reactive.Linq;
using IOLoops.Rx;
using IOLoops.Sources;

namespace IOLoops.DocsExamples;

/// <summary>What docs/rx.md shows in a few lines each.</summary>
public static class RxOnALoop
{
    public static IDisposable Observe(IOLoop loop, IObservable<int> prices, Action<int> show)
    {
        var subscription = prices.ObserveOn(loop).Subscribe(show);   // prices: of any thread
        return subscription;
    }

    public static void Owned(Socket socket, Action report, IOHandler onReadable)
    {
        using var scheduler = IOLoopScheduler.CreateOwned(new PollIOLoopOptions { Name = "prices" });

        using var reports = Observable.Interval(TimeSpan.FromSeconds(1), scheduler).Subscribe(_ => report());
        scheduler.Schedule(() => scheduler.Loop.AddHandler(socket, onReadable, IOEvents.Read));   // and it has descriptors
    }

    public static async Task EndAsync(IOLoop loop, IDisposable subscription, Socket socket)
    {
        subscription.Dispose();
        await loop.RemoveHandlerAsync(socket);   // no notification runs, and none can begin
        socket.Dispose();
    }

    public static IOLoop Attach(Socket socket, IOHandler onReadable)
    {
        var scheduler = new EventLoopScheduler();
        var loop = RxIOLoop.Attach(scheduler);     // runs from now on, without blocking

        loop.AddCallback(() => loop.AddHandler(socket, onReadable, IOEvents.Read));   // on the scheduler's thread
        return loop;
    }

    public static void VirtualTime()
    {
        var scheduler = new HistoricalScheduler(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var loop = RxIOLoop.Attach(scheduler);
        loop.CallLater(TimeSpan.FromHours(1), () => Console.WriteLine(scheduler.Now));
        scheduler.AdvanceBy(TimeSpan.FromHours(2));   // prints 01/01/2026 01:00:00 +00:00, at once
        loop.Dispose();
    }

    public static IDisposable CountWrites(FolderWatch watch, Action<string> show)
    {
        var counts = watch.ObserveChanges()
            .Where(change => change.Kind == FolderChangeKind.Written)
            .GroupBy(change => change.Path)
            .SelectMany(file => file.Select((_, index) => $"{file.Key}: written {index + 1} times"))
            .Subscribe(show);
        return counts;
    }
}
