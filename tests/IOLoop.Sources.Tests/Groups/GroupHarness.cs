using System.Net;
using System.Net.Sockets;
using IOLoops.Conformance;

namespace IOLoops.Sources.Tests.Groups;

/// <summary>What tests of sources on groups need: a group of two loops that runs, and waits with a bound.</summary>
public abstract class GroupHarness : IAsyncDisposable
{
    private readonly Task _run;

    protected GroupHarness()
    {
        Group = new LoopGroup(new LoopGroupOptions { Count = 2, LoggerFactory = Log });
        Group.LoopEnded += (_, _) => Interlocked.Increment(ref EndsOfLoops);
        _run = Group.RunAsync();
    }

#pragma warning disable CA1051 // counted by a handler of the group's
    protected int EndsOfLoops;
#pragma warning restore CA1051

    /// <summary>Generous, for a busy machine.</summary>
    protected static TimeSpan Patience => TimeSpan.FromSeconds(60);

    protected CollectingLoggerFactory Log { get; } = new();

    protected LoopGroup Group { get; }

    protected PollIOLoop One => Group.Loops[0];

    protected PollIOLoop Other => Group.Loops[1];

    protected static Task Soon(Task task) => task.WaitAsync(Patience);

    protected static Task<T> Soon<T>(Task<T> task) => task.WaitAsync(Patience);

    protected static Task<T> Soon<T>(ValueTask<T> task) => task.AsTask().WaitAsync(Patience);

    protected static Task Soon(ValueTask task) => task.AsTask().WaitAsync(Patience);

    protected static async Task<Socket> Connect(EndPoint address)
    {
        var client = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        await client.ConnectAsync(address).WaitAsync(Patience);
        return client;
    }

    public virtual async ValueTask DisposeAsync()
    {
        await Soon(Group.DisposeAsync());
        await Soon(_run);
        Log.Dispose();
        GC.SuppressFinalize(this);
    }
}
