using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using IOLoops.Registrations;

namespace IOLoops.Turns;

/// <summary>
/// Waits on sockets that another thread disposes of. Nothing tells of that: epoll and kqueue forget a descriptor silently, and a
/// reference held here would make <see cref="System.Net.Sockets.Socket.Dispose()"/> wait. So while the loop is awake anyway it
/// looks at some of the sockets that are waited for, in turn. An idle loop does not wake up for it.
/// </summary>
internal sealed partial class LoopCore
{
    private const int SocketsPerTurn = 8;

    private List<ulong>? _socketWaits; // tokens; of waits that are over, too, until they are looked at
    private int _nextSocketWait;
    private int _addedSocketWaits;     // since the last look

    private void NoteSocketWait(ulong token)
    {
        (_socketWaits ??= []).Add(token);
        _addedSocketWaits++;
    }

    /// <summary>Looks at two places for each that was added, besides those of every turn: so the list stays as long as there are waits.</summary>
    private void CheckSocketWaits()
    {
        var waits = _socketWaits!;
        int looks = Math.Min(waits.Count, SocketsPerTurn + (2 * _addedSocketWaits));
        _addedSocketWaits = 0;
        for (; looks > 0; looks--)
        {
            if (_nextSocketWait >= waits.Count)
                _nextSocketWait = 0;
            if (IsSocketAwaited(waits[_nextSocketWait]))
            {
                _nextSocketWait++;
                continue;
            }
            waits[_nextSocketWait] = waits[^1];
            waits.RemoveAt(waits.Count - 1);
        }
    }

    private bool IsSocketAwaited(ulong token)
    {
        int fd = HandlerTable.Descriptor(token);
        ref var row = ref _handlers.Find(fd);
        if (Unsafe.IsNullRef(ref row) || row.Generation != HandlerTable.Generation(token))
            return false;
        if (!IsClosed(row.Object))
            return true;
        Forget(ref row, fd, WaitsLost);
        return false;
    }
}
