using IOLoops;

namespace Soak.Loops;

/// <summary>A loop, and the thread or host that runs it.</summary>
internal abstract class Subject
{
    internal abstract IOLoop Loop { get; }

    /// <summary>Whether the calling thread is the one that runs the loop's calls.</summary>
    internal abstract bool IsOwnThread { get; }

    /// <summary>Begins a run.</summary>
    internal abstract void Start();

    /// <summary>Runs the loop until the function has ended.</summary>
    internal abstract void RunSync(Func<Task> function);

    /// <summary>Ends when the run has ended.</summary>
    internal abstract Task StopAsync();

    /// <summary>The host ends without a word to the loop.</summary>
    internal virtual void LoseHost()
    {
    }

    /// <summary>After the loop was closed.</summary>
    internal virtual void EndHost()
    {
    }
}
