using IOLoops.Coyote;

namespace IOLoops.Polling;

/// <summary>Instead of <see cref="System.Threading.Thread"/>, for the threads of sleepers: a task, which Coyote controls.</summary>
internal sealed class Thread(Action start)
{
    internal bool IsBackground { get; init; }

    internal string? Name { get; init; }

    internal void UnsafeStart() => Threads.Start(start);
}
