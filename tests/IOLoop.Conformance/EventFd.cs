namespace IOLoops.Conformance;

/// <summary>A non-blocking eventfd, or what comes nearest: always writable, readable when signalled.</summary>
public sealed class EventFd : IDisposable
{
    private readonly int _partner;

    /// <summary>Opens an eventfd.</summary>
    public EventFd() => (Number, _partner) = Descriptors.NewSignal();

    /// <summary>The descriptor.</summary>
    public int Number { get; }

    /// <summary>Makes it readable.</summary>
    public void Signal() => Descriptors.RaiseSignal(_partner);

    /// <summary>Makes it unreadable.</summary>
    public void Drain() => Descriptors.Read(Number);

    /// <summary>Closes it.</summary>
    public void Dispose()
    {
        Descriptors.Close(Number);
        if (_partner != Number)
            Descriptors.Close(_partner);
    }
}
