using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using IOLoops;
using Soak.Loops;
using Soak.Workloads;

namespace Soak.Plants;

/// <summary>A loop with a planted fault.</summary>
internal sealed class FaultyAccess : LoopAccess
{
    private const int Often = 20; // one of so many calls has the fault
    private const int Megabyte = 1 << 20;

    private static readonly List<object> Leaked = [];

    private readonly PlantedFault _fault;
    private readonly ConcurrentDictionary<nint, IOHandler> _formerHandlers = [];
    private System.Threading.Timer? _timer;
    private int _calls;

    internal FaultyAccess(Life life, PlantedFault fault)
        : base(life)
    {
        _fault = fault;
    }

    internal override void Post(Action callback, int way = 0)
    {
        switch (_fault)
        {
            case PlantedFault.Twice when IsTime():
                base.Post(callback, way);
                base.Post(callback, way);
                break;
            case PlantedFault.Dropped when IsTime():
                break;
            case PlantedFault.Overtaken when IsTime():
                base.Post(() => base.Post(callback, way));
                break;
            case PlantedFault.OtherThread when IsTime():
                base.Post(() => Task.Run(callback).Wait(), way);
                break;
            case PlantedFault.Inside when IsTime():
                base.Post(
                    () =>
                    {
                        using (Life.Ledger.Enter("a callback"))
                            callback();
                    },
                    way);
                break;
            default:
                base.Post(callback, way);
                break;
        }
    }

    internal override void Wake(Action callback, int way)
    {
        if (_fault == PlantedFault.Dropped)
            base.Post(callback, way); // nothing comes after it by which the loss would show: it would be late
        else if (_fault != PlantedFault.LostWakeUp || !IsTime(10))
            base.Wake(callback, way);
    }

    internal override bool TryPost(Action callback) =>
        (_fault == PlantedFault.Unreported && IsTime()) || base.TryPost(callback);

    internal override TimeoutHandle CallAt(LoopTime when, Action callback) =>
        base.CallAt(_fault == PlantedFault.EarlyTimeout ? when - TimeSpan.FromMilliseconds(1) : when, callback);

    internal override void RemoveTimeout(TimeoutHandle timeout)
    {
        if (_fault != PlantedFault.KeptTimeout || !IsTime(3))
            base.RemoveTimeout(timeout);
    }

    internal override void AddHandler(FileDescriptor fd, IOHandler handler, IOEvents events)
    {
        if (_fault == PlantedFault.PollingTimer)
            _timer ??= new System.Threading.Timer(_ => Loop.TryAddCallback(static () => { }), null, 20, 20);
        var former = _formerHandlers.GetValueOrDefault(fd.Number);
        _formerHandlers[fd.Number] = handler;
        bool isLost = _fault == PlantedFault.LostEvent && IsTime(5);
        base.AddHandler(
            fd,
            (ready, found) =>
            {
                switch (_fault)
                {
                    case PlantedFault.LostEvent when isLost:
                        break;
                    case PlantedFault.StaleEvent when former is not null && IsTime(10):
                        former(ready, found);
                        break;
                    case PlantedFault.StrangeEvent when IsTime():
                        handler(ready, found | IOEvents.Priority);
                        break;
                    case PlantedFault.FailingHandler when IsTime():
                        throw new IOException("planted");
                    default:
                        handler(ready, found);
                        break;
                }
            },
            events);
    }

    internal override async ValueTask<IOEvents> WaitAsync(FileDescriptor fd, CancellationToken cancellationToken) =>
        _fault == PlantedFault.EmptyWait && IsTime() ? IOEvents.Read : await base.WaitAsync(fd, cancellationToken);

    internal override void OnStopped()
    {
        if (_fault == PlantedFault.WhileStopped)
            RunLater();
    }

    internal override void Close()
    {
        _timer?.Dispose();
        base.Close();
    }

    internal override void OnClosed()
    {
        if (_fault == PlantedFault.AfterClose)
            RunLater();
    }

    internal override void OnRoundEnded()
    {
        switch (_fault)
        {
            case PlantedFault.LeakedDescriptor:
                Libc.NewPipe();
                break;
            case PlantedFault.LeakedThread:
                Worker.Start("soak leak", static () => Thread.Sleep(Timeout.Infinite));
                break;
            case PlantedFault.LeakedChild:
                Process.Start("sleep", "20").Dispose();
                break;
            case PlantedFault.LeakedHandle:
                Leaked.Add(new ChannelHandle(int.MaxValue));
                break;
            case PlantedFault.LeakedObjects:
                Leaked.Add(new byte[Megabyte]);
                break;
            case PlantedFault.LeakedMemory:
                Marshal.Copy(new byte[8 * Megabyte], 0, Marshal.AllocHGlobal(8 * Megabyte), 8 * Megabyte);
                break;
        }
    }

    // Something that is not checked for its order or number.
    private void RunLater() => Worker.Start("soak plant", () =>
    {
        using var call = Life.Ledger.Enter("a planted callback");
    }).Wait();

    private bool IsTime(int of = Often) => Interlocked.Increment(ref _calls) % of == 0;
}
