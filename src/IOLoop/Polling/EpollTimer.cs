using IOLoops.Interop;

namespace IOLoops.Polling;

/// <summary>A <c>timerfd(2)</c> that ends an epoll wait on time, where the C library has no <c>epoll_pwait2</c>.</summary>
internal sealed unsafe class EpollTimer : IDisposable
{
    internal const ulong Token = IPoller.WakerToken - 1;

    private readonly SafeDescriptor _timer =
        new(Errno.Check(Libc.timerfd_create(Libc.ClockMonotonic, Libc.NonBlock | Libc.CloseOnExec), "timerfd_create"));

    internal int Descriptor => _timer.Number;

    internal void Arm(long ticks) => Set(Timespec.FromTicks(ticks));

    /// <summary>Setting a timer also clears its readiness, so it needs no read.</summary>
    internal void Disarm() => Set(default);

    public void Dispose() => _timer.Dispose();

    private void Set(Timespec value)
    {
        var spec = new TimerSpec { Value = value };
        Errno.Check(Libc.timerfd_settime(_timer.Number, 0, &spec, null), "timerfd_settime");
    }
}
