namespace IOLoops.Groups;

/// <summary>A loop of a group, and whether work may be given to it.</summary>
internal sealed class LoopMember(PollIOLoop loop)
{
    private volatile bool _hasEnded; // its run, while those of others of the group may continue

    internal PollIOLoop Loop => loop;

    /// <summary>Whether it runs, or will when its group does. Any thread.</summary>
    internal bool IsAvailable => !_hasEnded && !loop.IsClosed;

    /// <summary>
    /// What <see cref="LoopDistribution.LeastLoaded"/> compares. Any thread; not exact while the loop runs. It counts nothing, so that it
    /// costs the same however much waits.
    /// </summary>
    internal int Load
    {
        get
        {
            var core = loop.Core!;
            return core.View.DescriptorCount + core.Callbacks.Size;
        }
    }

    internal void NoteRun(bool hasEnded) => _hasEnded = hasEnded;
}
