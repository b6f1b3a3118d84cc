using System.Reactive.Concurrency;
using System.Reactive.Linq;
using System.Runtime.InteropServices;
using IOLoops.Rx;

namespace IOLoops.Samples;

/// <summary>
/// From a raw descriptor to news of files. All of it runs on the loop's thread, timers included, so there is nothing to
/// lock, here or in what subscribes.
/// </summary>
internal static class FolderPipeline
{
    internal static readonly TimeSpan QuietAfter = TimeSpan.FromMilliseconds(400);

    private const int BufferSize = 16 * 1024;
    private static readonly TimeSpan ForgottenAfter = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RateOver = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RateEvery = TimeSpan.FromMilliseconds(250);

    /// <param name="loop">Where it runs, whichever loop that is.</param>
    /// <param name="inotify">Watches a folder; see <see cref="Inotify.Watch"/>.</param>
    internal static IObservable<FolderNews> ObserveFolder(this IOLoop loop, SafeHandle inotify)
    {
        var scheduler = loop.AsScheduler();
        return loop.ObserveReads(inotify, BufferSize)
            .SelectMany(InotifyEvent.Parse)
            .Publish(events => Observable.Merge<FolderNews>(
                NewsOfFiles(events, scheduler),
                Rates(events, scheduler),
                events.Where(change => change.Mask == InotifyMask.QueueOverflow).Select(_ => new OverflowNews()),
                events.Where(change => change.Mask == InotifyMask.Ignored).Select(_ => new FolderGoneNews())));
    }

    // A group ends when its file has been gone for a while: else a folder of short-lived files would fill the memory.
    private static IObservable<FileNews> NewsOfFiles(IObservable<InotifyEvent> events, IScheduler scheduler) =>
        events.Where(change => change.IsOfFile)
            .GroupByUntil(change => change.Name, file => file.Throttle(ForgottenAfter, scheduler).Where(last => last.IsGone))
            .SelectMany(file => NewsOfFile(file, scheduler));

    private static IObservable<FileNews> NewsOfFile(IGroupedObservable<string, InotifyEvent> file, IScheduler scheduler) =>
        file.Scan(new FileNews(file.Key), (news, change) => news.After(change))
            .Publish(changes => changes.Merge(changes.Throttle(QuietAfter, scheduler).Select(last => last with { IsQuiet = true })))
            .Concat(Observable.Return(new FileNews(file.Key) { IsForgotten = true }));

    private static IObservable<RateNews> Rates(IObservable<InotifyEvent> events, IScheduler scheduler) =>
        events.Where(change => change.IsOfFile)
            .Buffer(RateOver, RateEvery, scheduler)
            .Select(second => new RateNews(second.CountBy(change => change.Name).ToDictionary()));
}
