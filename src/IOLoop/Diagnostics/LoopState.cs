using System.Globalization;

namespace IOLoops.Diagnostics;

/// <summary>
/// What a loop holds at this moment, as seen from any thread. The loop is not stopped for it, so what changes meanwhile may
/// be missing, or be seen half old and half new.
/// </summary>
internal sealed class LoopState
{
    internal const int MostTimeouts = 10;

    private readonly IOLoop _loop;
#pragma warning disable CA1859 // diagnostics know the interface alone
    private readonly IObservedLoop? _core;
#pragma warning restore CA1859

    internal LoopState(IOLoop loop)
    {
        _loop = loop;
        _core = loop.Core?.View;
    }

    internal IReadOnlyList<RegistrationState> Registrations => _core?.Registrations() ?? [];

    internal IReadOnlyList<TimeoutState> NextTimeouts => _core?.NextTimeouts(MostTimeouts) ?? [];

    /// <summary>Name, kind, state and counts, in one line.</summary>
    internal string Summary
    {
        get
        {
            string state = _loop.IsClosed ? "closed" : _loop.IsRunning ? "running" : "stopped";
            string kind = _loop.GetType().Name;
            if (_core is null)
                return $"{_loop.Name}: {kind}, {state}";
            return $"{_loop.Name}: {kind} over {_core.PollerKind}, {state}, {Count(_core.DescriptorCount, "descriptor")}, " +
                $"{Count(_core.TimeoutCount, "timeout")}, {Count(_core.QueueLength, "callback")} queued";
        }
    }

    internal void Write(TextWriter writer)
    {
        writer.WriteLine(Summary);
        if (_core is null)
            return;
        if (_core.CurrentCall() is { } call)
            writer.WriteLine($"  is in {call}");
        WriteList(writer, "descriptors", Registrations);
        WriteList(writer, "next timeouts", NextTimeouts);
        var counters = _core.Counters;
        writer.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  until now: {counters.Turns:N0} turns, {counters.Callbacks:N0} callbacks, {counters.Timeouts:N0} timeouts, {counters.HandlerCalls:N0} calls of handlers"));
    }

    private static void WriteList<T>(TextWriter writer, string title, IReadOnlyList<T> items)
    {
        if (items.Count == 0)
            return;
        writer.WriteLine($"  {title}");
        foreach (var item in items)
            writer.WriteLine($"    {item}");
    }

    private static string Count(int count, string what) =>
        string.Create(CultureInfo.InvariantCulture, $"{count:N0} {what}{(count == 1 ? "" : "s")}");
}
