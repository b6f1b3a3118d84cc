namespace IOLoops.WaitHandles;

/// <summary>Where a <see cref="WaitHandler"/> is.</summary>
internal enum WaitHandlerState
{
    /// <summary>The system waits for the handle.</summary>
    Armed,

    /// <summary>A signal was taken, and the loop will call.</summary>
    Taken,

    /// <summary>The callback runs, or its task does.</summary>
    Calling,

    /// <summary>Nothing will be called any more.</summary>
    Ended,
}
