using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using IOLoops.Interop;

namespace IOLoops.Polling;

/// <summary>
/// The handles of the AFD driver on which a port's polls are issued, with the blocks of those polls. A handle serves a few polls
/// only: the system keeps the requests of one in a list, which it searches to cancel one.
/// </summary>
[SupportedOSPlatform("windows")]
internal sealed unsafe class AfdDevices(SafeKernelHandle port, nuint key)
{
    private const int PollsPerDevice = 32;

    private readonly List<SafeKernelHandle> _devices = [];
    private readonly List<nint> _blocks = [];

    /// <inheritdoc cref="IAfdPort.Find"/>
    internal static int Find(int number, out nint socket)
    {
        socket = number;
        // Judged first: Wine finds a socket below any number.
        return Judge(number) is not Errno.Ok and var errno ? errno : Winsock.FindBase(number, out socket);
    }

    /// <inheritdoc cref="IAfdPort.Judge"/>
    internal static int Judge(int number) => number >= 0 && Winsock.IsStarted ? Winsock.Judge(number) : Errno.EBADF;

    /// <inheritdoc cref="IAfdPort.Grow"/>
    internal void Grow(Stack<nint> polls)
    {
        int index = _devices.Count;
        _devices.Add(Open());
        var blocks = (AfdPoll*)NativeMemory.AllocZeroed(PollsPerDevice, (nuint)sizeof(AfdPoll));
        _blocks.Add((nint)blocks);
        for (int i = PollsPerDevice - 1; i >= 0; i--)
        {
            blocks[i].Device = index;
            polls.Push((nint)(blocks + i));
        }
    }

    /// <inheritdoc cref="IAfdPort.Arm"/>
    internal int Arm(AfdPoll* poll, nint socket, uint events)
    {
        poll->Status = NtStatus.Pending;
        poll->Timeout = long.MaxValue; // a time beyond all: none
        poll->Count = 1;
        poll->Exclusive = 0;
        poll->Socket = socket;
        poll->Events = events;
        poll->SocketStatus = 0;
        int status = Ntdll.Poll(_devices[poll->Device].Value, poll);
        return status switch
        {
            >= 0 => Errno.Ok,
            NtStatus.InvalidHandle => Errno.EBADF,
            NtStatus.InvalidParameter or NtStatus.ObjectTypeMismatch => Errno.ENOTSOCK, // the number is another kind of file by now
            NtStatus.NoMemory or NtStatus.QuotaExceeded or NtStatus.InsufficientResources => Errno.ENOMEM,
            _ => throw new IOException($"Polling socket {socket} failed: status 0x{status:X8}. The loop cannot continue; PollerKind.Poll waits by another interface."),
        };
    }

    /// <inheritdoc cref="IAfdPort.Cancel"/>
    internal void Cancel(AfdPoll* poll) => Ntdll.Cancel(_devices[poll->Device].Value, poll);

    /// <summary>Closes the handles.</summary>
    /// <param name="free">Whether no poll is under way, so that the blocks are free, too.</param>
    internal void Close(bool free)
    {
        foreach (var device in _devices)
            device.Dispose();
        _devices.Clear();
        if (free)
        {
            foreach (nint blocks in _blocks)
                NativeMemory.Free((void*)blocks);
        }
        _blocks.Clear();
    }

    private SafeKernelHandle Open()
    {
        int status = Ntdll.OpenAfd(out nint handle);
        if (status < 0)
            throw new IOException($"Opening the AFD driver, which polls sockets, failed: status 0x{status:X8}. PollerKind.Poll waits by another interface.");
        var device = new SafeKernelHandle(handle);
        try
        {
            CompletionPort.Associate(port, handle, key);
            return device;
        }
        catch
        {
            device.Dispose();
            throw;
        }
    }
}
