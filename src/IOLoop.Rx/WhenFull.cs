namespace IOLoops.Rx;

/// <summary>What <see cref="SourceObservable.WriteTo"/> does with a notification when its queue is full.</summary>
public enum WhenFull
{
    /// <summary>Ends with an <see cref="InvalidOperationException"/>: a source that is faster than the stream counts as a fault.</summary>
    Fail,

    /// <summary>Discards the notification that has waited longest, as a whole.</summary>
    DropOldest,

    /// <summary>
    /// Blocks the source's thread until there is room. On the loop's own thread, which would wait for itself: ends with an
    /// <see cref="InvalidOperationException"/>.
    /// </summary>
    Wait,
}
