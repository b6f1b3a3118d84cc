using System.Diagnostics;
using System.Runtime.Versioning;
using IOLoops.Interop;

namespace IOLoops.Hosting;

/// <summary>A context of a system whose UI threads can be asked what waits on them.</summary>
/// <remarks>
/// Input, painting and timers that wait on a UI thread are seen here, and have their turn soon. What waits in the context itself is
/// unknown here, so now and then there is a pause all the same. On a UI thread it lasts until that thread has no message left, up to
/// a limit: WinForms runs what is posted inside one message, and leaves one behind for each post, which all come before input, painting
/// and timers.
/// </remarks>
[SupportedOSPlatform("windows")]
internal sealed class WindowsContextHost : SynchronizationContextHost, IPromptHost
{
    private static readonly TimeSpan LongestWay = TimeSpan.FromMilliseconds(10);

    [ThreadStatic]
    private static bool t_isPosting;

    private readonly Action<Action> _post;
    private readonly Action _ask;
    private Action? _behind; // the owner of the turn's, as the next
    private long _behindSince;

    internal WindowsContextHost(SynchronizationContext context)
        : base(context)
    {
        _post = PostLate;
        _ask = Ask;
    }

    /// <summary>Called with the reason why no turn will run any more. Set before the first run.</summary>
    internal Action<Exception> OnLost { get; set; } = static _ => { };

    public TimeSpan SuitedBudget => WindowsMessageHost.Budget;

    public bool SeesAll => false;

    public bool HasOtherWork => IsUIThread && QueueStatus.HasInputPaintOrTimer;

    /// <summary>All frameworks with windows have theirs there.</summary>
    private static bool IsUIThread => Thread.CurrentThread.GetApartmentState() == ApartmentState.STA;

    public void PostBehind(Action turn)
    {
        _behind = turn;
        _behindSince = Stopwatch.GetTimestamp();
        PausedPosts.Add(_post, _ask);
    }

    private void PostLate(Action ask)
    {
        t_isPosting = true;
        try
        {
            Post(ask);
        }
        catch (Exception exception)
        {
            OnLost(exception);
        }
        t_isPosting = false;
    }

    /// <summary>In the context.</summary>
    private void Ask()
    {
        if (t_isPosting)
            throw new InvalidOperationException("The SynchronizationContext runs what it is given inside Post, on the thread that calls that. It must queue it."); // to PostLate, or to what the context does with it
        if (IsUIThread && QueueStatus.HasMessage && Stopwatch.GetElapsedTime(_behindSince) < LongestWay)
        {
            PausedPosts.Add(_post, _ask);
            return;
        }
        var turn = _behind!;
        _behind = null;
        turn();
    }
}
