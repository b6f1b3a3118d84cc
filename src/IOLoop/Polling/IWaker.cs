namespace IOLoops.Polling;

/// <summary>A descriptor that any thread can make readable, so that a poller that watches it returns.</summary>
internal interface IWaker : IDisposable
{
    WakerKind Kind { get; }

    /// <summary>What the poller watches for reading.</summary>
    int Descriptor { get; }

    /// <summary>Makes it readable. Any thread, also while or after disposing.</summary>
    void Wake();

    /// <summary>Makes it unreadable again. The loop's thread.</summary>
    void Drain();
}
