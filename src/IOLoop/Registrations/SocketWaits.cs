using System.Runtime.CompilerServices;

namespace IOLoops.Registrations;

/// <summary>
/// Waits on sockets that another thread disposes of. Nothing tells of that: epoll and kqueue forget a descriptor silently, and a
/// reference held here would make <see cref="System.Net.Sockets.Socket.Dispose()"/> wait. So while the loop is awake anyway it
/// looks at some of the sockets that are waited for, in turn. An idle loop does not wake up for it.
/// </summary>
internal sealed class SocketWaits(RegistrationSet registrations)
{
    private const int SocketsPerTurn = 8;

    private readonly List<ulong> _tokens = []; // of waits that are over, too, until they are looked at
    private int _next;
    private int _added; // since the last look

    internal bool Any => _tokens.Count > 0;

    internal void Add(ulong token)
    {
        _tokens.Add(token);
        _added++;
    }

    /// <summary>Looks at two places for each that was added, besides those of every turn: so the list stays as long as there are waits.</summary>
    internal void Check()
    {
        int looks = Math.Min(_tokens.Count, SocketsPerTurn + (2 * _added));
        _added = 0;
        for (; looks > 0; looks--)
        {
            if (_next >= _tokens.Count)
                _next = 0;
            if (IsAwaited(_tokens[_next]))
            {
                _next++;
                continue;
            }
            _tokens[_next] = _tokens[^1];
            _tokens.RemoveAt(_tokens.Count - 1);
        }
    }

    private bool IsAwaited(ulong token)
    {
        int fd = HandlerTable.Descriptor(token);
        ref var row = ref registrations.Table.Find(fd);
        if (Unsafe.IsNullRef(ref row) || row.Generation != HandlerTable.Generation(token))
            return false;
        if (!FileObjects.IsClosed(row.Object))
            return true;
        registrations.Lose(ref row, fd);
        return false;
    }
}
