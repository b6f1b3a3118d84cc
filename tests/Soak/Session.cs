using System.Diagnostics;
using System.Net.Sockets;
using Soak.Checking;
using Soak.Plants;
using Soak.Resources;

namespace Soak;

/// <summary>Rounds of all kinds at the same time, with a check of the process after each.</summary>
internal sealed class Session
{
    private const int RoundsPerLife = 3;

    private readonly Options _options;
    private readonly Findings _findings;
    private readonly ResourceCheck _resources;
    private readonly KindRunner[] _kinds;
    private int _round;
    private bool _hasLookedAtIdle;

    internal Session(Options options)
    {
        _options = options;
        _findings = new Findings(options.Seed);
        _resources = new ResourceCheck(_findings);
        _kinds = [.. options.Kinds.Select(kind => new KindRunner(kind, options.Seed, options.Plant, _findings))];
    }

    /// <summary>Whether no violation was found.</summary>
    internal bool Run()
    {
        Console.WriteLine($"seed {_options.Seed}, {_options.Duration.TotalMinutes:0.##} minutes, loops {string.Join(",", _options.Kinds.Select(static kind => kind.Name))}");
        WarmUpSockets();
        bool canContinue = RunRound(isFirst: true);
        _resources.TakeBaseline();
        long began = Stopwatch.GetTimestamp();
        while (canContinue && !HasFoundPlant() && !IsOver(Stopwatch.GetElapsedTime(began)))
            canContinue = RunRound(isFirst: false);
        if (canContinue && _kinds[0].IsAlive)
            Close();
        var duration = Stopwatch.GetElapsedTime(began);
        if (!HasFoundPlant())
            Array.ForEach(_kinds, static kind => kind.CheckWork());
        return new Report(_findings, _kinds, _resources, _hasLookedAtIdle).Print(duration);
    }

    // The runtime's own epoll descriptor, which it keeps from the first use of a socket that needs it.
    private static void WarmUpSockets()
    {
        var (near, far) = Libc.NewSocketPair();
        using var socket = new Socket(new SafeSocketHandle(near, ownsHandle: true));
        var waiting = socket.ReceiveAsync(new byte[1], SocketFlags.None);
        Libc.Close(far);
        waiting.Wait();
    }

    // On a busy machine some work may not have been done once in a short time.
    private bool IsOver(TimeSpan elapsed) =>
        elapsed > _options.Duration && (elapsed > _options.Duration + Patience.Bound || _kinds.All(static kind => !kind.MissingWork.Any()));

    private bool HasFoundPlant() =>
        _options.Plant != PlantedFault.None && (_findings.Of(Findings.Process) > 0 || _kinds.Any(kind => _findings.Of(kind.Kind.Name) > 0));

    private bool RunRound(bool isFirst)
    {
        _findings.Round = ++_round;
        if (!All(kind => kind.WorkAsync(_round, _options.Round)) || !All(kind => kind.PingAsync(_round, _options.Round / 4)))
            return false;
        _hasLookedAtIdle |= IdleCheck.Run(_findings);
        if (isFirst || _round % RoundsPerLife == 0)
        {
            Close(isFirst);
        }
        else
        {
            foreach (var kind in _kinds)
                kind.EndRound(close: false);
        }
        _resources.SampleMemory();
        return true;
    }

    private void Close(bool isFirst = false)
    {
        foreach (var kind in _kinds)
            kind.EndRound(close: true);
        if (!isFirst)
            _resources.CheckClosed();
    }

    private bool All(Func<KindRunner, Task<bool>> act) =>
        Task.WhenAll(_kinds.Select(kind => Task.Run(() => act(kind)))).GetAwaiter().GetResult().All(static isGood => isGood);
}
