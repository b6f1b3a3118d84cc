using IOLoops.Interop;
using IOLoops.Polling;

namespace IOLoops.Registrations;

/// <summary>
/// Regular files, /dev/null and the like: epoll refuses them (EPERM) where poll(2) says that they are always ready. So
/// says every turn, once each.
/// </summary>
internal sealed class AlwaysReadyFiles(HandlerTable table)
{
    private List<AlwaysReadyFile>? _files;

    internal int Count => _files?.Count ?? 0;

    internal bool Any => _files is not null;

    /// <summary>Whether the next turn has a handler to call for one of them.</summary>
    internal bool HasWork()
    {
        if (_files is not null)
        {
            foreach (var file in _files)
            {
                ref var row = ref table.Find(file.Descriptor);
                if ((row.Events & (IOEvents.Read | IOEvents.Write)) != 0 && (row.Flags & RegistrationFlags.Busy) == 0)
                    return true;
            }
        }
        return false;
    }

    /// <summary>Notes a file that epoll refused; the kernel holds no registration, so which file it is is noted, too.</summary>
    /// <returns>0 or an errno.</returns>
    internal int Add(int fd, uint generation)
    {
        int errno = FileIdentity.Of(fd, out var identity);
        if (errno != Errno.Ok)
            return errno;
        _files ??= [];
        int place = _files.FindIndex(known => known.Descriptor == fd);
        if (place >= 0 && _files[place].Identity == identity)
            return Errno.EEXIST;
        var file = new AlwaysReadyFile(fd, generation, identity);
        if (place >= 0)
            _files[place] = file; // closed and opened again
        else
            _files.Add(file);
        return Errno.Ok;
    }

    /// <summary>Whether a number still stands for the file that was noted: 0, ENOENT when it is another one, or an errno.</summary>
    internal int Check(int fd)
    {
        int errno = FileIdentity.Of(fd, out var identity);
        if (errno != Errno.Ok)
            return errno;
        return _files!.Exists(file => file.Descriptor == fd && file.Identity == identity) ? Errno.Ok : Errno.ENOENT;
    }

    /// <summary>The same for one registration.</summary>
    internal bool IsStill(int fd, uint generation) =>
        _files?.Find(file => file.Descriptor == fd && file.Generation == generation) is { } known
        && FileIdentity.Of(fd, out var identity) == Errno.Ok && identity == known.Identity;

    /// <summary>Forgets a file, unless another registration has replaced it.</summary>
    internal void Remove(int fd, uint generation)
    {
        _files!.RemoveAll(file => file.Descriptor == fd && file.Generation == generation);
        if (_files.Count == 0)
            _files = null;
    }

    /// <summary>Adds those that a handler asks for to what a poll has found ready, and ends the registrations of those that were closed.</summary>
    internal void AppendTo(ReadyBatch batch, RegistrationSet registrations)
    {
        for (int i = _files!.Count - 1; i >= 0; i--)
        {
            var file = _files[i];
            ref var row = ref table.Find(file.Descriptor);
            if ((row.Flags & RegistrationFlags.Busy) != 0)
                continue;
            if (IsGone(file))
            {
                registrations.Lose(ref row, file.Descriptor);
                if (_files is null)
                    return;
                i = Math.Min(i, _files.Count);
                continue;
            }
            if ((row.Events & (IOEvents.Read | IOEvents.Write)) != 0) // else no handler asks
                batch.Add(new ReadyEvent(HandlerTable.Token(file.Descriptor, file.Generation), IOEvents.Read | IOEvents.Write));
        }
    }

    /// <summary>
    /// Whether such a file was closed, or its number reused, which the system does not report. Only EBADF says that it was closed. After another
    /// errno (ENOMEM, or EIO and ESTALE of a file system that has failed) it is taken for open: its handler meets what has failed.
    /// </summary>
    private static bool IsGone(in AlwaysReadyFile file)
    {
        int errno = FileIdentity.Of(file.Descriptor, out var identity);
        return errno == Errno.Ok ? identity != file.Identity : errno == Errno.EBADF;
    }

    private readonly record struct AlwaysReadyFile(int Descriptor, uint Generation, FileIdentity Identity);
}
