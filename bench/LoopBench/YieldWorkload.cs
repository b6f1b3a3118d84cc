using IOLoops;
using IOLoops.VsThreading;
using Microsoft.VisualStudio.Threading;

namespace LoopBench;

/// <summary>
/// yield: busy connections served on a user interface's thread whose other work waits behind everything that is posted. What giving way
/// costs, and what it gives: with a budget of turns and without, in turn, in one run.
/// </summary>
internal sealed class YieldWorkload : IDisposable
{
    private const int BytesOfMessage = 64;

    private static readonly TimeSpan TickPeriod = TimeSpan.FromMilliseconds(20);

    private readonly PriorityThread _thread = new();
    private readonly PollIOLoop _peer = new();
    private readonly HostedIOLoop _loop;
    private readonly long _work; // in nanoseconds
    private long _trips;
    private int _ticks;

    private YieldWorkload(Options options, TimeSpan? budget, int work)
    {
        _work = work * 1000L;
        var hosted = new HostedIOLoopOptions { TurnBudget = budget };
        _loop = options.Implementation switch
        {
            "ioloop-sync" => SynchronizationContextIOLoop.Attach(_thread.Context, hosted),
            "ioloop-jtf" => JoinableTaskIOLoop.Attach(new JoinableTaskContext(_thread.Thread, _thread.Context).Factory, hosted),
            _ => throw new NotAnsweredException($"yield has no variant for '{options.Implementation}'. Use --impl ioloop-sync or ioloop-jtf."),
        };
    }

    internal static void Run(Options options)
    {
        int connections = options.Number("connections", 8);
        int depth = options.Number("depth", 16); // messages under way on each: so that one is always there
        int work = options.Number("work-us", 100); // of each handler
        int rounds = options.Number("rounds", 5);
        var length = TimeSpan.FromMilliseconds(options.Number("milliseconds", 2000));
        TimeSpan?[] budgets = [new HostedIOLoopOptions().TurnBudget, null];
        var runs = budgets.Select(_ => new List<(long Trips, int Ticks)>()).ToList();
        for (int round = -1; round < rounds; round++)
        {
            for (int i = 0; i < budgets.Length; i++)
            {
                using var workload = new YieldWorkload(options, budgets[i], work);
                var result = workload.Serve(connections, depth, length);
                if (round >= 0)
                    runs[i].Add(result);
            }
        }
        var medians = runs.ConvertAll(static run => run.OrderBy(static one => one.Trips).ElementAt(run.Count / 2));
        string[] names = ["yield.budget", "yield.never"];
        for (int i = 0; i < budgets.Length; i++)
        {
            new Result(names[i], options) { Operations = medians[i].Trips, Seconds = length.TotalSeconds }
                .With("connections", connections).With("depth", depth).With("work_us", work).With("rounds", rounds)
                .With("ticks", medians[i].Ticks).With("ticks_due", (int)(length / TickPeriod))
                .With("times_never", $"{medians[i].Trips / (double)medians[1].Trips:0.00}").Print();
        }
    }

    public void Dispose()
    {
        foreach (IOLoop loop in (IOLoop[])[_loop, _peer])
            loop.StopAsync().Wait();
        _loop.Close(allFds: true);
        _peer.Close(allFds: true);
        _thread.Dispose();
    }

    private (long Trips, int Ticks) Serve(int connections, int depth, TimeSpan length)
    {
        _ = _peer.RunAsync();
        for (int i = 0; i < connections; i++)
        {
            var (one, other) = SocketPair.Open();
            _peer.RunThere(() => _peer.AddHandler(one, static (fd, _) => Answer(fd.Number), IOEvents.Read));
            _loop.RunThere(() => _loop.AddHandler(other, OnReadable, IOEvents.Read));
            for (int n = 0; n < depth; n++)
                _loop.RunThere(() => Send(other.Handle));
        }
        using var ticks = new Timer(_ => _thread.PostOther(() => _ticks++), null, TickPeriod, TickPeriod);
        _loop.RunThere(() => _trips = _ticks = 0);
        Thread.Sleep(length);
        var result = (Trips: 0L, Ticks: 0);
        _loop.RunThere(() => result = (_trips, _ticks));
        return result;
    }

    private void OnReadable(FileDescriptor fd, IOEvents events)
    {
        _trips++;
        Answer(fd.Number);
        for (long end = Measurement.Now + _work; Measurement.Now < end;)
            Thread.SpinWait(1);
    }

    private static unsafe void Answer(nint fd)
    {
        byte* message = stackalloc byte[BytesOfMessage];
        if (Descriptors.Read(fd, message, BytesOfMessage) > 0)
            Send(fd);
    }

    private static unsafe void Send(nint fd)
    {
        byte* message = stackalloc byte[BytesOfMessage];
        if (Descriptors.Write(fd, message, BytesOfMessage) != BytesOfMessage)
            throw Descriptors.Failure("write");
    }
}
