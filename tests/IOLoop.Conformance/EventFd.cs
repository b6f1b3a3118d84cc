namespace IOLoops.Conformance;

/// <summary>A non-blocking eventfd: always writable, readable when signalled.</summary>
public sealed unsafe class EventFd : IDisposable
{
    /// <summary>Opens an eventfd.</summary>
    public EventFd() =>
        Number = Descriptors.Unique(Descriptors.Check(Libc.eventfd(0, Libc.CloseOnExec | Libc.NonBlock), "eventfd"));

    /// <summary>The descriptor.</summary>
    public int Number { get; }

    /// <summary>Makes it readable.</summary>
    public void Signal()
    {
        ulong one = 1;
        Descriptors.Check((int)Libc.write(Number, &one, sizeof(ulong)), "write");
    }

    /// <summary>Makes it unreadable.</summary>
    public void Drain() => Descriptors.Read(Number);

    /// <summary>Closes it.</summary>
    public void Dispose() => Descriptors.Close(Number);
}
