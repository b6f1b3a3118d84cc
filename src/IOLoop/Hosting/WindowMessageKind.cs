namespace IOLoops.Hosting;

/// <summary>What a <see cref="MessageWindow"/> is sent.</summary>
internal enum WindowMessageKind
{
    /// <summary>The next of what is queued is to run.</summary>
    Run,

    /// <summary>Whether any work of the thread's still waits.</summary>
    Question,

    /// <summary>What was posted behind the thread's other work is to run.</summary>
    Behind,

    /// <summary>The window is no longer needed.</summary>
    End,

    /// <summary>The window is being destroyed.</summary>
    Destroyed,
}
