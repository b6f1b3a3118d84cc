using System.Reactive.Linq;
using IOLoops.Sources;

namespace IOLoops.Samples;

/// <summary>A watch as an observable, on its loop's thread.</summary>
internal static class FolderChanges
{
    internal static IObservable<FolderChange> ObserveChanges(this FolderWatch watch) => Observable.Create<FolderChange>(async (observer, cancellation) =>
    {
        await foreach (var change in watch.WithCancellation(cancellation).ConfigureAwait(false))
            observer.OnNext(change);
    });
}
