using IOLoops;

namespace LoopBench;

/// <summary>pingpong: one byte between two ends of a socket pair, both in one loop, or each in a loop with its own thread.</summary>
internal sealed class PingPongWorkload
{
    private readonly IOLoop _loop;
    private readonly nint _here;
    private readonly long[] _latencies;
    private readonly Action _begin;
    private readonly RoundEnd _ended = new();
    private int _rounds;
    private int _done;
    private long _start;
    private long _sent;

    private PingPongWorkload(IOLoop loop, nint here, long[] latencies)
    {
        _loop = loop;
        _here = here;
        _latencies = latencies;
        _begin = Begin;
    }

    internal static void Run(Options options)
    {
        string mode = options.Text("mode", "one");
        int rounds = options.Number("rounds", 200_000);
        if (mode is not ("one" or "two"))
            throw new NotAnsweredException($"pingpong has no mode '{mode}'. Use --mode one or two.");

        var (here, there) = Descriptors.OpenChannel("socketpair");
        var loop = LoopFactory.Start(options);
        var other = mode == "two" ? LoopFactory.Start(options) : loop;
        var game = new PingPongWorkload(loop, here, new long[rounds]);
        loop.RunThere(() => loop.AddHandler(FileDescriptor.From(here), game.OnReturned, IOEvents.Read));
        other.RunThere(() => other.AddHandler(FileDescriptor.From(there), (fd, _) => Return(other, fd), IOEvents.Read));
        if (options.Pin)
            Bind(other, mode);

        for (int round = 0; round < 3; round++)
        {
            game.Play(rounds / 10);
            Measurement.Settle();
        }
        long before = Measurement.Allocated;
        double seconds = game.Play(rounds);
        long allocated = Measurement.Allocated - before;
        new Result("pingpong", options) { Operations = rounds, Seconds = seconds, Latencies = game._latencies, AllocatedBytes = allocated }
            .With("mode", mode).With("rounds", rounds).With("pin", options.Pin ? 1 : 0).Print();
        Descriptors.ShutDownWriting(here);
    }

    private static void Bind(IOLoop other, string mode)
    {
        Measurement.BindAllThreads(0);
        if (mode == "two")
            other.RunThere(() => Measurement.BindThisThread(1));
    }

    private static unsafe void Return(IOLoop loop, FileDescriptor fd)
    {
        byte ball;
        if (Descriptors.Read(fd.Number, &ball, 1) <= 0)
            loop.Stop();
        else
            _ = Descriptors.Write(fd.Number, &ball, 1);
    }

    private double Play(int rounds)
    {
        _rounds = rounds;
        _done = 0;
        _ended.Reset();
        _loop.AddCallback(_begin);
        _ended.Wait();
        return Measurement.Seconds(_start, _ended.Time);
    }

    private unsafe void Begin()
    {
        byte ball = 1;
        _start = _sent = Measurement.Now;
        _ = Descriptors.Write(_here, &ball, 1);
    }

    private unsafe void OnReturned(FileDescriptor fd, IOEvents events)
    {
        byte ball;
        _ = Descriptors.Read(_here, &ball, 1);
        _latencies[_done++] = Measurement.Now - _sent;
        if (_done == _rounds)
        {
            _ended.Reach();
            return;
        }
        _sent = Measurement.Now;
        _ = Descriptors.Write(_here, &ball, 1);
    }
}
