using IOLoops;

namespace Figures;

/// <summary>A loop inside a host that has one thread, and the sleeper that waits for it.</summary>
internal sealed class HostedSubject : Subject
{
    private const string SleepersName = "IOLoop sleeper";

    private readonly HostedIOLoop _loop;
    private readonly IDisposable[] _hosts;

    /// <param name="kind">Its name.</param>
    /// <param name="loop">The loop, which does not run yet.</param>
    /// <param name="waitsForDescriptors">Whether the host's thread sleeps in epoll or poll.</param>
    /// <param name="hosts">What to dispose of, in order, when the loop is closed.</param>
    internal HostedSubject(string kind, HostedIOLoop loop, bool waitsForDescriptors, params IDisposable[] hosts)
    {
        Kind = kind;
        _loop = loop;
        _hosts = hosts;
        int[] before = [.. MeasuredThread.Named(SleepersName)];
        loop.Attach();
        var id = loop.InvokeAsync(() =>
        {
            loop.AddHandler(Libc.NewEventFd(isReady: false), static (_, _) => { }, IOEvents.Read); // or there is nothing to wait for
            return Libc.gettid();
        });
        Bounded.Wait(id, "the loop's thread tells its number");
        // Loops over epoll share a sleeper, which may be there already; each loop over poll has its own.
        int[] sleepers = [];
        Bounded.Until(() => (sleepers = Sleepers(loop, before)).Length == 1, "the sleeper begins");
        Threads =
        [
            new MeasuredThread("loop", id.Result, waitsForDescriptors),
            new MeasuredThread("sleeper", sleepers[0], waitsForDescriptors: true),
        ];
        if (loop.Poller == PollerKind.Epoll)
            s_shared = sleepers[0];
    }

    private static int s_shared;

    internal override string Kind { get; }

    internal override IOLoop Loop => _loop;

    internal override IReadOnlyList<MeasuredThread> Threads { get; }

    public override void Dispose()
    {
        _loop.Stop();
        Bounded.Wait(_loop.Completion, "the loop stops");
        _loop.Close();
        foreach (var host in _hosts)
            host.Dispose();
    }

    private static int[] Sleepers(HostedIOLoop loop, int[] before) => loop.Poller == PollerKind.Epoll && s_shared != 0
        ? [s_shared]
        : [.. MeasuredThread.Named(SleepersName).Except(before)];
}
