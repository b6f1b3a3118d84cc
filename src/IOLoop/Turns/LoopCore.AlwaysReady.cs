using System.Runtime.CompilerServices;
using IOLoops.Interop;
using IOLoops.Polling;
using IOLoops.Registrations;

namespace IOLoops.Turns;

/// <summary>
/// Regular files, /dev/null and the like: epoll refuses them (EPERM) where poll(2) says that they are always ready. So
/// says every turn, once each.
/// </summary>
internal sealed partial class LoopCore
{
    private List<AlwaysReadyFile>? _alwaysReady;

    internal bool HasAlwaysReadyWork()
    {
        if (_alwaysReady is not null)
        {
            foreach (var file in _alwaysReady)
            {
                ref var row = ref _handlers.Find(file.Descriptor);
                if ((row.Events & (IOEvents.Read | IOEvents.Write)) != 0 && (row.Flags & RegistrationFlags.Busy) == 0)
                    return true;
            }
        }
        return false;
    }

    /// <summary>
    /// Descriptors were changed from outside a turn. Of a file that is always ready, whoever watches the poller's descriptor
    /// must learn; a host's turn decides anew what the sleeper is to wait for.
    /// </summary>
    /// <returns>Whether the caller must wake the loop, when it has left the gate.</returns>
    private bool NeedsWakeForDescriptors() => (_isAttached || HasAlwaysReadyWork() || _hasEnded) && _callbacks.NeedsWake();

    private bool NeedsWakeAfterRemoval() => (_isAttached || _hasEnded) && _callbacks.NeedsWake();

    /// <summary>Notes a file that epoll refused; the kernel holds no registration, so which file it is is noted, too.</summary>
    private int AddAlwaysReady(int fd, uint generation)
    {
        int errno = FileIdentity.Of(fd, out var identity);
        if (errno != Errno.Ok)
            return errno;
        _alwaysReady ??= [];
        int place = _alwaysReady.FindIndex(known => known.Descriptor == fd);
        if (place >= 0 && _alwaysReady[place].Identity == identity)
            return Errno.EEXIST;
        var file = new AlwaysReadyFile(fd, generation, identity);
        if (place >= 0)
            _alwaysReady[place] = file; // closed and opened again
        else
            _alwaysReady.Add(file);
        return Errno.Ok;
    }

    /// <summary>Whether a number still stands for the file that was noted: 0, ENOENT when it is another one, or an errno.</summary>
    private int CheckAlwaysReady(int fd)
    {
        int errno = FileIdentity.Of(fd, out var identity);
        if (errno != Errno.Ok)
            return errno;
        return _alwaysReady!.Exists(file => file.Descriptor == fd && file.Identity == identity) ? Errno.Ok : Errno.ENOENT;
    }

    /// <summary>Forgets a file, unless another registration has replaced it.</summary>
    private void RemoveAlwaysReady(int fd, uint generation)
    {
        _alwaysReady!.RemoveAll(file => file.Descriptor == fd && file.Generation == generation);
        if (_alwaysReady.Count == 0)
            _alwaysReady = null;
    }

    private void AppendAlwaysReady()
    {
        for (int i = _alwaysReady!.Count - 1; i >= 0; i--)
        {
            var file = _alwaysReady[i];
            ref var row = ref _handlers.Find(file.Descriptor);
            if ((row.Flags & RegistrationFlags.Busy) != 0)
                continue;
            // Nobody tells us that such a file was closed, or its number reused.
            if (FileIdentity.Of(file.Descriptor, out var identity) != Errno.Ok || identity != file.Identity)
            {
                Forget(ref row, file.Descriptor, WaitsLost);
                if (_alwaysReady is null)
                    return;
                i = Math.Min(i, _alwaysReady.Count);
                continue;
            }
            if ((row.Events & (IOEvents.Read | IOEvents.Write)) == 0)
                continue; // nobody asks
            if (_readyCount == _ready.Length)
                Array.Resize(ref _ready, _readyCount * 2);
            _ready[_readyCount++] = new ReadyEvent(HandlerTable.Token(file.Descriptor, file.Generation), IOEvents.Read | IOEvents.Write);
        }
    }

    private readonly record struct AlwaysReadyFile(int Descriptor, uint Generation, FileIdentity Identity);
}
