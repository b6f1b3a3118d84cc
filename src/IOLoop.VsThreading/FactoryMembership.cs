using System.Runtime.CompilerServices;
using Microsoft.VisualStudio.Threading;

namespace IOLoops.VsThreading;

/// <summary>
/// The loop's task as a member of the given factory's collection: as long as a turn is posted, and no longer. So a thread that has joined
/// that collection executes the loop's turns, and code that waits until the collection is empty waits at most until a turn that is posted
/// has come.
/// </summary>
internal sealed class FactoryMembership
{
    private readonly JoinableTaskCollection? _collection; // null: the factory has none
    private readonly Lock _gate = new();
    private JoinableTask? _member; // guarded by _gate

    internal FactoryMembership(JoinableTaskFactory factory)
    {
        try
        {
            _collection = CollectionOf(factory);
        }
        catch (MissingMethodException)
        {
            // Another version of vs-threading. The loop is joined by its own Join, and by nothing else.
        }
    }

    /// <summary>Makes the collection agree with what the host says at this moment. Any thread, holding nothing.</summary>
    /// <param name="host">Says which task has a turn posted. What several threads change at once is so in the end as the last has it.</param>
    internal void Update(JoinableTaskHost host)
    {
        if (_collection is null)
            return;
        lock (_gate)
        {
            var wanted = host.PostedTask;
            if (wanted == _member)
                return;
            if (_member is not null)
                _collection.Remove(_member);
            if (wanted is not null)
                _collection.Add(wanted);
            _member = wanted;
        }
    }

    // The tasks that a factory starts become members of its collection, for which it has no public member.
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_Collection")]
    private static extern JoinableTaskCollection? CollectionOf(JoinableTaskFactory factory);
}
