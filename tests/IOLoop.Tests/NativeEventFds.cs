using System.Runtime.InteropServices;

namespace IOLoops.Tests;

/// <summary>As many eventfds as are asked for, or as there can be.</summary>
public sealed unsafe partial class NativeEventFds : IDisposable
{
    private const int CloseOnExecNonBlock = 0x80800;

    private readonly List<int> _numbers = [];

    public IReadOnlyList<int> Numbers => _numbers;

    /// <summary>Opens that many, or as many as there can be; returns how many are open.</summary>
    public int Open(int count)
    {
        _numbers.EnsureCapacity(count);
        while (_numbers.Count < count && eventfd(0, CloseOnExecNonBlock) is >= 0 and var fd)
            _numbers.Add(fd);
        return _numbers.Count;
    }

    /// <summary>How many more could be opened, when there are few.</summary>
    public int CountFree()
    {
        int before = _numbers.Count;
        Open(before + 64);
        int free = _numbers.Count - before;
        for (int i = 0; i < free; i++)
        {
            _ = close(_numbers[^1]);
            _numbers.RemoveAt(_numbers.Count - 1);
        }
        return free;
    }

    public static void Signal(int fd)
    {
        ulong one = 1;
        _ = write(fd, &one, sizeof(ulong));
    }

    public void Dispose()
    {
        foreach (int fd in _numbers)
            _ = close(fd);
        _numbers.Clear();
    }

    [LibraryImport("libc")]
    private static partial int eventfd(uint initial, int flags);

    [LibraryImport("libc")]
    private static partial int close(int fd);

    [LibraryImport("libc")]
    private static partial nint write(int fd, void* buffer, nuint count);
}
