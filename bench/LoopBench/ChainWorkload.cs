using IOLoops;

namespace LoopBench;

/// <summary>
/// chain: N descriptors registered for reading stand in a ring, A tokens hop round it. Also what registering them costs.
/// </summary>
internal sealed class ChainWorkload
{
    private readonly IOLoop _loop;
    private readonly (nint Read, nint Write)[] _ring;
    private readonly nint[] _next; // by descriptor, a small number on every system: where its token goes
    private readonly int _tokens;
    private readonly IOHandler _onReadable;
    private readonly Action _begin;
    private readonly RoundEnd _ended = new();
    private int _left;
    private int _fired;
    private int _expected;
    private long _start;

    private ChainWorkload(IOLoop loop, (nint Read, nint Write)[] ring, int tokens)
    {
        _loop = loop;
        _ring = ring;
        _tokens = tokens;
        _onReadable = OnReadable;
        _begin = Begin;
        _next = new nint[checked((int)ring.Max(channel => channel.Read)) + 1];
        for (int i = 0; i < ring.Length; i++)
            _next[ring[i].Read] = ring[(i + 1) % ring.Length].Write;
    }

    internal static void Run(Options options)
    {
        int n = options.Number("n", 1000);
        int tokens = Math.Min(n, options.Number("active", 100));
        int writes = options.Number("writes", 1_000_000);
        string kind = options.Text("kind", "socketpair");
        Descriptors.RaiseLimit();
        var ring = new (nint, nint)[n];
        for (int i = 0; i < n; i++)
            ring[i] = Descriptors.OpenChannel(kind);

        var warmUp = new ChainWorkload(LoopFactory.Start(options), ring, tokens);
        for (int round = 0; round < 3; round++)
        {
            warmUp.RegisterAndRemove(Math.Min(n, 500));
            Measurement.Settle();
        }
        warmUp._loop.Stop();

        var chain = new ChainWorkload(LoopFactory.Start(options), ring, tokens);
        var (seconds, allocated) = chain.Register();
        Describe(new Result("chain.register", options) { Operations = n, Seconds = seconds, AllocatedBytes = allocated });
        for (int round = 0; round < 3; round++)
        {
            chain.Hop(writes / 10);
            Measurement.Settle();
        }
        long before = Measurement.Allocated;
        seconds = chain.Hop(writes);
        allocated = Measurement.Allocated - before;
        Describe(new Result("chain", options) { Operations = chain._fired, Seconds = seconds, AllocatedBytes = allocated });

        void Describe(Result result) =>
            result.With("n", n).With("active", tokens).With("writes", writes).With("kind", kind).Print();
    }

    private void RegisterAndRemove(int count) => _loop.RunThere(() =>
    {
        AddHandlers(count);
        for (int i = 0; i < count; i++)
            _loop.RemoveHandler(FileDescriptor.From(_ring[i].Read));
    });

    private (double Seconds, long Allocated) Register()
    {
        double seconds = 0;
        long allocated = 0;
        _loop.RunThere(() =>
        {
            long before = Measurement.Allocated;
            long start = Measurement.Now;
            AddHandlers(_ring.Length);
            seconds = Measurement.Seconds(start, Measurement.Now);
            allocated = Measurement.Allocated - before;
        });
        return (seconds, allocated);
    }

    private void AddHandlers(int count)
    {
        for (int i = 0; i < count; i++)
            _loop.AddHandler(FileDescriptor.From(_ring[i].Read), _onReadable, IOEvents.Read);
    }

    private double Hop(int writes)
    {
        _left = writes;
        _fired = 0;
        _expected = writes + _tokens;
        _ended.Reset();
        _loop.AddCallback(_begin);
        _ended.Wait();
        return Measurement.Seconds(_start, _ended.Time);
    }

    private void Begin()
    {
        _start = Measurement.Now;
        for (int i = 0; i < _tokens; i++)
            Send(_ring[i * (_ring.Length / _tokens)].Write);
    }

    private unsafe void OnReadable(FileDescriptor fd, IOEvents events)
    {
        ulong token;
        if (Descriptors.Read(fd.Number, &token, sizeof(ulong)) != sizeof(ulong))
            throw Descriptors.Failure("read");
        _fired++;
        if (_left > 0)
        {
            _left--;
            Send(_next[fd.Number]);
        }
        if (_fired == _expected)
            _ended.Reach();
    }

    private static unsafe void Send(nint number)
    {
        ulong token = 1;
        if (Descriptors.Write(number, &token, sizeof(ulong)) != sizeof(ulong))
            throw Descriptors.Failure("write");
    }
}
