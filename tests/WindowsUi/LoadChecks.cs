using System.Diagnostics;

namespace IOLoops.WindowsUi;

/// <summary>What a window gets to while eight clients keep a loop on its thread busy, and what the loop then achieves.</summary>
/// <param name="ui">The window.</param>
/// <param name="expectsKeys">Whether keys are being sent to it.</param>
internal sealed class LoadChecks(IUserInterface ui, bool expectsKeys)
{
    private const int Clients = 8;
    private const int Attempts = 8; // others use the machine, too
    private const int MessagesPerPaint = 50;
    private const int FewestPaints = 10;

    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan BusyTime = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FreeTime = TimeSpan.FromSeconds(3); // without a budget

    /// <summary>
    /// Ticks are compared with those of an idle window. Where the machine has too little for the clients and the painting alone, with
    /// those of a window that paints as much, and whose clients another thread serves.
    /// </summary>
    internal async Task RunAsync(LoopKind kind)
    {
        ui.HasLowerTimers = kind.LowerPriorities;
        var free = await MeasureAsync(kind, new HostedIOLoopOptions { TurnBudget = null }, FreeTime);
        Console.WriteLine($"      {kind} that never yields: {free}");
        var best = new Dictionary<string, double>(); // of each timer: its ticks by the idle ones, in the attempt that was disturbed least
        for (int attempt = 1; ; attempt++)
        {
            var idle = await MeasureAsync(null, null, IdleTime);
            var busy = await MeasureAsync(kind, new HostedIOLoopOptions(), BusyTime);
            if (MissesTicks(idle, busy, best) is { } missed)
            {
                idle = await MeasureElsewhereAsync(FreeTime);
                Console.WriteLine($"      {kind}: {missed}. A window whose clients another thread serves: {idle}");
            }
            if (attempt < Attempts && !Holds(free, idle, busy, best))
            {
                Console.WriteLine($"again {kind}: {busy}; idle: {idle}");
                continue;
            }
            Check(kind, free, idle, busy, best);
            return;
        }
    }

    private bool Holds(Load free, Load idle, Load busy, Dictionary<string, double> best) =>
        busy.Trips >= free.Trips / 2 && busy.Elsewhere == 0 && MissesTicks(idle, busy, best) is null && busy.Paints >= FewestPaints && (!expectsKeys || busy.Keys > 0);

    private void Check(LoopKind kind, Load free, Load idle, Load busy, Dictionary<string, double> best)
    {
        Checks.That(busy.Failed is false && busy.Elsewhere == 0, $"{kind}: {Clients} clients are served on the UI thread", busy.ToString());
        Checks.That(MissesTicks(idle, busy, best) is null, $"{kind}: timers of 20 ms get 90 % of their idle ticks", MissesTicks(idle, busy, best) ?? $"idle: {idle}");
        Checks.That(busy.Trips >= free.Trips / 2, $"{kind}: half of the trips that it makes when it never yields", $"{busy.Trips:f0} of {free.Trips:f0}");
        Checks.That(busy.Paints >= FewestPaints, $"{kind}: a label is painted", $"{busy.Paints}");
        if (expectsKeys)
            Checks.That(busy.Keys > 0, $"{kind}: keys arrive", $"{busy.Keys}");
    }

    private static string? MissesTicks(Load idle, Load busy, Dictionary<string, double> best)
    {
        for (int i = 0; i < idle.Ticks.Count; i++)
        {
            string timer = busy.Ticks[i].Name;
            best[timer] = Math.Max(best.GetValueOrDefault(timer), busy.Ticks[i].PerSecond / idle.Ticks[i].PerSecond);
        }
        for (int i = 0; i < idle.Ticks.Count; i++)
        {
            if (best[busy.Ticks[i].Name] < 0.9)
                return $"{busy.Ticks[i].Name} {busy.Ticks[i].PerSecond:f1} per second, idle {idle.Ticks[i].PerSecond:f1}";
        }
        return null;
    }

    private async Task<Load> MeasureElsewhereAsync(TimeSpan time)
    {
        await SettleAsync();
        using var loop = new PollIOLoop();
        var thread = new Thread(loop.Start) { IsBackground = true };
        thread.Start();
        var server = await loop.InvokeAsync(() => new EchoServer(loop) { OnMessage = ShowElsewhere });
        var load = await MeasureAsync(server, time);
        await loop.InvokeAsync(server.Dispose);
        loop.Stop();
        thread.Join();
        return load;
    }

    /// <param name="kind">The loop; null: none, the window is idle.</param>
    /// <param name="options">Its options.</param>
    /// <param name="time">For how long.</param>
    private async Task<Load> MeasureAsync(LoopKind? kind, HostedIOLoopOptions? options, TimeSpan time)
    {
        await SettleAsync();
        var loop = kind is null ? null : await kind.BeginAsync(options!);
        using var server = loop is null ? null : new EchoServer(loop) { OnMessage = number => Show(number) };
        var load = await MeasureAsync(server, time);
        server?.Dispose();
        loop?.Stop();
        loop?.Close();
        return load;
    }

    private async Task<Load> MeasureAsync(EchoServer? server, TimeSpan time)
    {
        var ticks = ui.Ticks;
        var (paints, keys) = (ui.Paints, ui.Keys);
        var clock = Stopwatch.StartNew();
        int? trips = 0;
        if (server is not null)
            trips = await Task.Run(() => IOLoops.WindowsUi.Clients.RunAsync(server.EndPoint, Clients, time));
        else
            await Task.Delay(time);
        double seconds = clock.Elapsed.TotalSeconds;
        return new Load(
            (trips ?? 0) / seconds,
            trips is null,
            server?.Elsewhere ?? 0,
            [.. ui.Ticks.Zip(ticks, (after, before) => (after.Name, (after.Count - before.Count) / seconds))],
            ui.Paints - paints,
            ui.Keys - keys ?? 0);
    }

    private void ShowElsewhere(int number)
    {
        if (number % MessagesPerPaint == 0)
            ui.Post(() => ui.Show(number));
    }

    private void Show(int number)
    {
        if (number % MessagesPerPaint == 0)
            ui.Show(number);
    }

    /// <summary>Until the window has worked off what a load has left.</summary>
    private async Task SettleAsync()
    {
        int before = ui.Ticks[^1].Count;
        do
            await Task.Delay(100);
        while (ui.Ticks[^1].Count < before + 3);
    }

    private sealed record Load(double Trips, bool Failed, int Elsewhere, IReadOnlyList<(string Name, double PerSecond)> Ticks, int Paints, int Keys)
    {
        public override string ToString() =>
            $"{Trips:f0} trips/s, ticks/s {string.Join(", ", Ticks.Select(timer => $"{timer.Name} {timer.PerSecond:f1}"))}, paints {Paints}, keys {Keys}{(Elsewhere > 0 ? $", elsewhere {Elsewhere}" : "")}";
    }
}
