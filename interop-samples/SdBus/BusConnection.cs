using System.Diagnostics;

namespace IOLoops.Samples;

/// <summary>A connection to a message bus whose messages arrive on a loop. All members: on the loop's thread.</summary>
internal sealed unsafe partial class BusConnection : IDisposable
{
    private const int MessagesPerTurn = 32; // a busy peer does not starve the rest of the loop

    private readonly IOLoop _loop;
    private readonly Action _process;
    private readonly TaskCompletionSource _ended = new();
    private nint _bus; // zero: closed
    private int _fd = -1;
    private TimeoutHandle _due;

    /// <summary>Begins to connect. What is sent before that has succeeded waits in a queue.</summary>
    internal BusConnection(IOLoop loop, string address)
    {
        _loop = loop;
        _process = Process;
        nint bus;
        LibSystemd.Check(LibSystemd.sd_bus_new(&bus), "sd_bus_new");
        _bus = bus;
        try
        {
            LibSystemd.Check(LibSystemd.sd_bus_set_address(bus, address), "sd_bus_set_address");
            LibSystemd.Check(LibSystemd.sd_bus_set_bus_client(bus, 1), "sd_bus_set_bus_client");
            LibSystemd.Check(LibSystemd.sd_bus_start(bus), "sd_bus_start");
            Update();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Ends when the connection is closed, by this side or the other; it never fails.</summary>
    internal Task Ended => _ended.Task;

    /// <summary>How often sd-bus was called, because something was ready or a time had come.</summary>
    internal int Wakeups { get; private set; }

    public void Dispose()
    {
        if (_bus == 0)
            return;
        if (_fd >= 0)
            _loop.RemoveHandler(_fd); // before sd-bus closes it
        _loop.RemoveTimeout(_due);
        DisposeSlots();
        LibSystemd.sd_bus_close_unref(_bus);
        _bus = 0;
        _ended.TrySetResult();
    }

    private void Process()
    {
        Wakeups++;
        for (int i = 0; i < MessagesPerTurn; i++)
        {
            int result = LibSystemd.sd_bus_process(_bus, null);
            if (_bus == 0) // a callback has disposed of this
                return;
            if (result < 0)
            {
                Dispose(); // the other side has closed the connection
                return;
            }
            if (result == 0)
                break;
        }
        Update();
    }

    /// <summary>Asks sd-bus what it waits for. After each call that may have changed that: all that process or send.</summary>
    private void Update()
    {
        ulong due;
        int fd = LibSystemd.sd_bus_get_fd(_bus);
        int events = LibSystemd.sd_bus_get_events(_bus);
        if (fd < 0 || events < 0 || LibSystemd.sd_bus_get_timeout(_bus, &due) < 0)
        {
            Dispose();
            return;
        }
        Watch(fd, (IOEvents)events); // POLLIN and POLLOUT have the values of Read and Write
        _loop.RemoveTimeout(_due);
        _due = due == ulong.MaxValue ? default : _loop.CallLater(TimeUntil(due), _process);
    }

    private void Watch(int fd, IOEvents events)
    {
        if (fd == _fd)
        {
            _loop.UpdateHandler(fd, events);
            return;
        }
        // The first one; or the next of several addresses, when one could not be connected to.
        if (_fd >= 0)
            _loop.RemoveHandler(_fd);
        _fd = fd;
        _loop.AddHandler(fd, (_, _) => Process(), events);
    }

    // An absolute time of the monotonic clock, as Stopwatch has it. Zero: messages that have been read wait to be processed.
    private static TimeSpan TimeUntil(ulong microseconds)
    {
        var due = TimeSpan.FromMicroseconds((double)microseconds) - Stopwatch.GetElapsedTime(0);
        return due > TimeSpan.Zero ? due : TimeSpan.Zero;
    }
}
