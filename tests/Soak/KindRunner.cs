using Soak.Checking;
using Soak.Loops;
using Soak.Plants;
using Soak.Workloads;

namespace Soak;

/// <summary>Works one kind of loop, round by round. A loop lives for several rounds.</summary>
internal sealed class KindRunner(Kind kind, int seed, PlantedFault plant, Findings findings)
{
    private Life? _life;

    internal Kind Kind => kind;

    internal bool IsAlive => _life is not null;

    internal Tally Tally { get; } = new();

    /// <summary>All workloads at once.</summary>
    internal async Task<bool> WorkAsync(int round, TimeSpan duration)
    {
        if (_life is null)
        {
            _life = new Life(kind, findings, Tally, plant);
            _life.Start();
        }
        using var over = new CancellationTokenSource(duration);
        int part = 0;
        Random Next() => new(Mix(seed, round, ++part));
        List<Workload> workloads =
        [
            new PostWorkload(_life, Next()),
            new PostWorkload(_life, Next()),
            new ChurnWorkload(_life, Next()),
            new WaitWorkload(_life, Next()),
            new RemovalWorkload(_life, Next()),
            new RestartWorkload(_life, Next()),
            new EndingWorkload(_life, Next()),
            new SourceWorkload(_life, Next()),
        ];
        if (plant != PlantedFault.NoTimeouts)
            workloads.Add(new TimeoutWorkload(_life, Next()));
        bool[] ended = await Task.WhenAll(workloads.Select(workload => RunAsync(workload, duration, over.Token))).ConfigureAwait(false);
        Tally.Rounds++;
        return ended.All(static one => one);
    }

    /// <summary>Nothing but pings.</summary>
    internal async Task<bool> PingAsync(int round, TimeSpan duration)
    {
        using var over = new CancellationTokenSource(duration);
        return await RunAsync(new PingWorkload(_life!, new Random(Mix(seed, round, 0))), duration, over.Token).ConfigureAwait(false);
    }

    internal void EndRound(bool close)
    {
        _life!.Access.OnRoundEnded();
        if (!close)
            return;
        if (_life.Stop())
            _life.Close();
        _life = null;
    }

    /// <summary>What this kind of loop should do, and has not done yet.</summary>
    internal IEnumerable<Work> MissingWork => Enum.GetValues<Work>().Where(work => Tally[work] == 0 && work switch
    {
        Work.LostHosts => kind.HasHost,
        Work.Nestings => kind.CanNest,
        _ => true,
    });

    internal void CheckWork()
    {
        foreach (var work in MissingWork)
            findings.Report(kind.Name, Violation.Nothing, $"nothing was done for {work}");
    }

    private async Task<bool> RunAsync(Workload workload, TimeSpan duration, CancellationToken over)
    {
        var run = workload.RunAsync(over);
        try
        {
            // Each waits for the bound on its own; this one is for what waits without.
            await run.WaitAsync(duration + (3 * Patience.Bound), CancellationToken.None).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException) when (!run.IsCompleted)
        {
            findings.Report(kind.Name, Violation.Late, $"{workload.GetType().Name} has not ended");
            return false;
        }
        catch (Exception exception)
        {
            findings.Report(kind.Name, Violation.Failure, $"{workload.GetType().Name} failed: {exception}");
            return true;
        }
    }

    // The same numbers for the same seed, in each process.
    private int Mix(int first, int round, int part)
    {
        uint mixed = (uint)first;
        foreach (int value in (ReadOnlySpan<int>)[round, part, .. kind.Name])
            mixed = (mixed ^ (uint)value) * 16777619;
        return (int)(mixed & int.MaxValue);
    }
}
