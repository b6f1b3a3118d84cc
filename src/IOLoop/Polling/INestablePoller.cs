namespace IOLoops.Polling;

/// <summary>A poller with a descriptor that another one can watch, so that one thread sleeps for many.</summary>
internal interface INestablePoller
{
    /// <summary>The set itself. <see cref="IPoller.Rebuild"/> may replace it.</summary>
    int SetDescriptor { get; }

    /// <summary>Grows when the set is replaced: the new one may have the number that an older one had.</summary>
    int SetVersion { get; }

    /// <summary>Makes what watches such descriptors.</summary>
    IOneShotSet CreateOneShotSet();
}
