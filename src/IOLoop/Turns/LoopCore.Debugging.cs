using IOLoops.Diagnostics;
using IOLoops.Registrations;

namespace IOLoops.Turns;

/// <summary>What the loop holds, for people to read. Any thread: nothing that changes meanwhile is relied on.</summary>
internal sealed partial class LoopCore
{
    public List<RegistrationState> Registrations() =>
        [.. _handlers.Copy().Select(entry => new RegistrationState(
            entry.Descriptor, entry.Row.Events, Describe(entry.Row.Target), entry.Row.Object, Describe(entry.Row.Flags)))];

    /// <param name="most">How many, at the most.</param>
    public List<TimeoutState> NextTimeouts(int most)
    {
        var now = Time;
        return [.. _timeouts.Copy(most).Select(entry => new TimeoutState(new LoopTime(entry.When) - now, LoopLog.Describe(entry.Callback)))];
    }

    /// <summary>What is being called, as far as it is known; null: nothing, or nobody looks.</summary>
    public string? CurrentCall()
    {
        if (_observation?.Mark is not { } mark)
            return null;
        long version = mark.Version;
        return CallMark.IsCall(version) && mark.TryRead(version, out var call) ? new BlockedLoop(_loop, TimeSpan.Zero, call).Subject : null;
    }

    private static string Describe(object? target) => target switch
    {
        AsyncHandler handler => LoopLog.Describe(handler.Handler),
        Delegate handler => LoopLog.Describe(handler),
        _ => "WaitAsync",
    };

    private static string Describe(RegistrationFlags flags)
    {
        var conditions = new List<string>();
        if ((flags & RegistrationFlags.Running) != 0)
            conditions.Add("is being called");
        if ((flags & RegistrationFlags.Resting) != 0)
            conditions.Add("rests until its task ends");
        if ((flags & RegistrationFlags.AlwaysReady) != 0)
            conditions.Add("is always ready");
        return string.Join(", ", conditions);
    }
}
