using System.Net.Sockets;

namespace LoopBench;

/// <summary>chain by System.Net.Sockets: an asynchronous method for each socket receives, and sends to the next one.</summary>
internal sealed class SocketChain
{
    private static readonly byte[] Token = [1, 0, 0, 0, 0, 0, 0, 0];

    private readonly (Socket Read, Socket Write)[] _ring;
    private readonly int _tokens;
    private readonly RoundEnd _ended = new();
    private int _left;
    private int _fired;
    private int _expected;

    private SocketChain(int n, int tokens)
    {
        _tokens = tokens;
        _ring = new (Socket, Socket)[n];
        for (int i = 0; i < n; i++)
            _ring[i] = SocketPair.Open();
    }

    internal static void Run(Options options)
    {
        int n = options.Number("n", 1000);
        int tokens = Math.Min(n, options.Number("active", 100));
        int writes = options.Number("writes", 1_000_000);
        string kind = options.Text("kind", "socketpair");
        if (kind != "socketpair")
            throw new NotAnsweredException($"{SocketImplementation.Name} has sockets only. Use --kind socketpair.");
        Descriptors.RaiseLimit();
        var warmUp = new SocketChain(Math.Min(n, 200), 1);
        warmUp.Register();
        for (int round = 0; round < 3; round++)
        {
            warmUp.Hop(200);
            Measurement.Settle();
        }

        var chain = new SocketChain(n, tokens);
        long before = Measurement.Allocated;
        long start = Measurement.Now;
        chain.Register();
        double seconds = Measurement.Seconds(start, Measurement.Now);
        Describe(new Result("chain.register", options) { Operations = n, Seconds = seconds, AllocatedBytes = Measurement.Allocated - before });
        for (int round = 0; round < 3; round++)
        {
            chain.Hop(writes / 10);
            Measurement.Settle();
        }
        before = Measurement.Allocated;
        seconds = chain.Hop(writes);
        Describe(new Result("chain", options) { Operations = chain._fired, Seconds = seconds, AllocatedBytes = Measurement.Allocated - before });

        void Describe(Result result) =>
            result.With("n", n).With("active", tokens).With("writes", writes).With("kind", kind).Print();
    }

    /// <summary>Each method runs to its first wait.</summary>
    private void Register()
    {
        for (int i = 0; i < _ring.Length; i++)
            _ = ServeAsync(i);
    }

    private double Hop(int writes)
    {
        _left = writes;
        _fired = 0;
        _expected = writes + _tokens;
        _ended.Reset();
        long start = Measurement.Now;
        for (int i = 0; i < _tokens; i++)
            _ring[i * (_ring.Length / _tokens)].Write.SendAsync(Token.AsMemory(), SocketFlags.None).AsTask().GetAwaiter().GetResult();
        _ended.Wait();
        return Measurement.Seconds(start, _ended.Time);
    }

    private async Task ServeAsync(int index)
    {
        var reader = _ring[index].Read;
        var next = _ring[(index + 1) % _ring.Length].Write;
        byte[] buffer = new byte[sizeof(ulong)];
        try
        {
            while (await reader.ReceiveAsync(buffer.AsMemory(), SocketFlags.None) > 0)
            {
                if (Interlocked.Decrement(ref _left) >= 0)
                    await next.SendAsync(Token.AsMemory(), SocketFlags.None);
                if (Interlocked.Increment(ref _fired) == _expected)
                    _ended.Reach();
            }
        }
        catch (Exception failure)
        {
            Program.Fail(failure); // the round would not end
        }
    }
}
