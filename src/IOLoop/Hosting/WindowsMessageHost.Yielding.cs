using System.Diagnostics;
using IOLoops.Interop;

namespace IOLoops.Hosting;

/// <summary>Giving way to input, painting and timers, which Windows takes from the queue after all posted messages.</summary>
/// <remarks>
/// A thread's messages tell it nothing when all that waits has run. So another thread asks, after a pause in which the thread takes what
/// waits, and again as long as any message waits, up to a limit. It asks by a message that is sent, not posted: WPF does its work of lower
/// priorities only while no posted message waits.
/// </remarks>
internal sealed partial class WindowsMessageHost : IPromptHost
{
    /// <summary>Of turns, before the thread is asked what waits.</summary>
    internal static readonly TimeSpan Budget = TimeSpan.FromMilliseconds(0.25);

    private static readonly TimeSpan LongestWay = TimeSpan.FromMilliseconds(10);

    private readonly Action<Action> _ask;
    private Action? _behind; // the window's thread alone, as the next
    private long _behindSince;

    /// <remarks>A timer that counts its time from each tick, as WPF's do, loses as much as it has to wait.</remarks>
    public TimeSpan SuitedBudget => Budget;

    public bool SeesAll => true;

    public bool HasOtherWork => QueueStatus.HasInputPaintOrTimer;

    public void PostBehind(Action turn)
    {
        _behind = turn;
        _behindSince = Stopwatch.GetTimestamp();
        _window.Keep(this);
        PausedPosts.Add(_ask, turn);
    }

    /// <summary>On the thread that pauses.</summary>
    private void Ask()
    {
        try
        {
            _window.Send(WindowMessageKind.Question);
        }
        catch (InvalidOperationException gone)
        {
            OnLost(gone);
        }
    }

    /// <summary>Inside a message that was sent, where COM allows no calls to others: nothing of the loop runs here.</summary>
    private void Answer()
    {
        if (_behind is not { } turn)
            return;
        if (QueueStatus.HasMessage && Stopwatch.GetElapsedTime(_behindSince) < LongestWay)
            PausedPosts.Add(_ask, turn);
        else
            PostMessage(WindowMessageKind.Behind);
    }

    private void RunBehind()
    {
        var turn = _behind;
        _behind = null;
        lock (_gate)
            ReleaseIfIdle();
        turn?.Invoke();
    }
}
