using System.Runtime.CompilerServices;
using IOLoops.Callbacks;
using IOLoops.Interop;
using IOLoops.Ownership;
using IOLoops.Registrations;
using IOLoops.Timeouts;
using IOLoops.Turns;

namespace IOLoops;

/// <summary>
/// What the loops of this library share: they ask the kernel which descriptors are ready. <see cref="PollIOLoop"/> runs on a thread of
/// its own, a <see cref="HostedIOLoop"/> inside a foreign loop. Derive from one of these, or from <see cref="IOLoop"/>.
/// </summary>
public abstract class KernelIOLoop : IOLoop
{
    private LoopCore _core = null!;
    private Poster _poster = null!; // of the core, as are these: callbacks, timeouts and handlers are added often
    private LoopTimeouts _timeouts = null!;
    private Registrar _registrar = null!;

    private protected KernelIOLoop(IOLoopOptions? options)
        : base(options)
    {
    }

    /// <summary>Which system interface the loop asks for ready descriptors.</summary>
    public PollerKind Poller => _core.Poller.Kind;

    /// <inheritdoc/>
    public override LoopTime Time => _core.Time;

    private protected override DateTimeOffset UtcNow => _core.Clock.UtcNow;

    /// <inheritdoc/>
    [MethodImpl(Jit.Hot)]
    public override void AddHandler(FileDescriptor fd, IOHandler handler, IOEvents events)
    {
        ArgumentNullException.ThrowIfNull(handler);
        _registrar.AddHandler(Split(fd), handler, events);
    }

    /// <inheritdoc/>
    public override void UpdateHandler(FileDescriptor fd, IOEvents events) => _registrar.UpdateHandler(Split(fd), events);

    /// <inheritdoc/>
    public override void RemoveHandler(FileDescriptor fd) => _registrar.RemoveHandler(Split(fd));

    /// <inheritdoc/>
    [MethodImpl(Jit.Hot)]
    public override TimeoutHandle CallAt(LoopTime when, Action callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        return _timeouts.CallAt(when, new WorkItem(callback, null, null, DefaultContext.Capture()));
    }

    /// <inheritdoc/>
    public override void RemoveTimeout(TimeoutHandle timeout) => _timeouts.Remove(timeout);

    /// <inheritdoc/>
    [MethodImpl(Jit.Hot)]
    public override void AddCallback(Action callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        _poster.PostAction(callback);
    }

    /// <summary>Once, by the constructor of the derived class.</summary>
    private protected void Use(LoopCore core)
    {
        Core = _core = core;
        _poster = core.Poster;
        _timeouts = core.Timeouts;
        _registrar = core.Registrar;
    }
}
