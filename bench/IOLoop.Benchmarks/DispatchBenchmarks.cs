using BenchmarkDotNet.Attributes;

namespace IOLoops.Benchmarks;

/// <summary>One descriptor is made ready, and a turn calls its handler, which drains it.</summary>
[MemoryDiagnoser]
public class DispatchBenchmarks
{
    private PollIOLoop _loop = null!;
    private int _eventFd;
    private (int Read, int Write) _pipe;

    [Params(PollerKind.Epoll, PollerKind.Poll)]
    public PollerKind Poller { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _loop = new PollIOLoop(new PollIOLoopOptions { Poller = Poller });
        _eventFd = Libc.OpenEventFd();
        _pipe = Libc.OpenPipe();
        IOHandler drain = static (fd, _) => Libc.Drain((int)fd.Number);
        _loop.AddHandler(_eventFd, drain, IOEvents.Read);
        _loop.AddHandler(_pipe.Read, drain, IOEvents.Read);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _loop.Close(allFds: true);
        Libc.Close(_pipe.Write);
    }

    [Benchmark]
    public int EventFd()
    {
        Libc.Signal(_eventFd);
        return _loop.RunOnce(TimeSpan.Zero);
    }

    [Benchmark]
    public int Pipe()
    {
        Libc.Signal(_pipe.Write);
        return _loop.RunOnce(TimeSpan.Zero);
    }
}
