namespace IOLoops.Hosting;

/// <summary>How far a run has got. It only moves forward.</summary>
internal enum RunState
{
    /// <summary>Its first turn is posted, and has not begun.</summary>
    Posted,

    /// <summary>Turns run, or the loop sleeps between them.</summary>
    Running,

    /// <summary>One thread ends it. A turn that comes finds nothing to do.</summary>
    Ending,

    /// <summary>It has ended, for the reason that <see cref="HostedRun.Reason"/> says.</summary>
    Over,
}
