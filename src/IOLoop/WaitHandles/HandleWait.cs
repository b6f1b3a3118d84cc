namespace IOLoops.WaitHandles;

/// <summary>Something of a loop that waits for a handle, in the list of those.</summary>
internal abstract class HandleWait
{
    /// <summary>The neighbours in the list, whose lock guards them.</summary>
    internal HandleWait? Previous { get; set; }

    internal HandleWait? Next { get; set; }

    /// <summary>The loop was closed. Called while the list is locked, so nothing of the user's may run.</summary>
    /// <returns>Whether <see cref="ReleaseHandle"/> is to be called when the list was unlocked.</returns>
    internal abstract bool EndWithLoop();

    /// <summary>Releases the reference that keeps the handle open. That may run code of the user's.</summary>
    internal abstract void ReleaseHandle();
}
