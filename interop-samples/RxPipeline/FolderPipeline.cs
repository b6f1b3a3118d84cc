using System.Reactive.Concurrency;
using System.Reactive.Linq;
using IOLoops.Rx;
using IOLoops.Sources;

namespace IOLoops.Samples;

/// <summary>
/// From changes in a folder to news of files. All of it runs on the loop's thread, timers included, so there is nothing to
/// lock, here or in what subscribes.
/// </summary>
internal static class FolderPipeline
{
    internal static readonly TimeSpan QuietAfter = TimeSpan.FromMilliseconds(400);

    private static readonly TimeSpan ForgottenAfter = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RateOver = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RateEvery = TimeSpan.FromMilliseconds(250);

    /// <param name="loop">Where it runs, whichever loop that is: the watch's.</param>
    /// <param name="watch">Watches a folder.</param>
    internal static IObservable<FolderNews> ObserveFolder(this IOLoop loop, FolderWatch watch)
    {
        var scheduler = loop.AsScheduler();
        return watch.ObserveChanges().Publish(changes => Observable.Merge<FolderNews>(
            NewsOfFiles(changes.SelectMany(FileChange.From), scheduler),
            Rates(changes.SelectMany(FileChange.From), scheduler),
            changes.Where(change => change.Kind == FolderChangeKind.Overflow).Select(_ => new OverflowNews()),
            changes.Where(change => change.Kind == FolderChangeKind.FolderGone).Select(_ => new FolderGoneNews())));
    }

    // A group ends when its file has been gone for a while: else a folder of short-lived files would fill the memory.
    private static IObservable<FileNews> NewsOfFiles(IObservable<FileChange> changes, IScheduler scheduler) =>
        changes.GroupByUntil(change => change.Name, file => file.Throttle(ForgottenAfter, scheduler).Where(last => last.IsGone))
            .SelectMany(file => NewsOfFile(file, scheduler));

    private static IObservable<FileNews> NewsOfFile(IGroupedObservable<string, FileChange> file, IScheduler scheduler) =>
        file.Scan(new FileNews(file.Key), (news, change) => news.After(change))
            .Publish(changes => changes.Merge(changes.Throttle(QuietAfter, scheduler).Select(last => last with { IsQuiet = true })))
            .Concat(Observable.Return(new FileNews(file.Key) { IsForgotten = true }));

    private static IObservable<RateNews> Rates(IObservable<FileChange> changes, IScheduler scheduler) =>
        changes.Buffer(RateOver, RateEvery, scheduler)
            .Select(second => new RateNews(second.CountBy(change => change.Name).ToDictionary()));
}
