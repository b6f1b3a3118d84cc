using IOLoops.Conformance;

namespace IOLoops.Rx.Tests;

/// <summary>A file of some kind that blocks who reads it too early, and a way to make it readable once.</summary>
internal sealed class BlockingFile : IDisposable
{
    private readonly Stack<IDisposable> _owned = new();
    private readonly Action _makeReadable;

    internal BlockingFile(string kind)
    {
        switch (kind)
        {
            case "pipe" or "socket":
                var (read, write) = kind == "pipe" ? RawFiles.BlockingPipe() : RawFiles.BlockingSockets();
                ReadEnd = Own(read);
                Own(write);
                _makeReadable = () => RawFiles.Write(write, "x"u8);
                break;
            case "eventfd":
                ReadEnd = Own(RawFiles.BlockingEventFd());
                _makeReadable = () => RawFiles.Write(ReadEnd, BitConverter.GetBytes(1L));
                break;
            case "inotify":
                string folder = Directory.CreateTempSubdirectory("ioloop-rx-").FullName;
                _owned.Push(System.Reactive.Disposables.Disposable.Create(() => Directory.Delete(folder, recursive: true)));
                ReadEnd = Own(RawFiles.WatchForNewFiles(folder));
                _makeReadable = () => File.WriteAllText(Path.Combine(folder, Path.GetRandomFileName()), "");
                break;
            case "terminal" or "other side of a terminal":
                var terminal = new Terminal();
                _owned.Push(terminal);
                (ReadEnd, int writeEnd) = kind == "terminal" ? (terminal.Master, terminal.Slave) : (terminal.Slave, terminal.Master);
                _makeReadable = () => RawFiles.Write(writeEnd, "x\n"u8);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(kind), kind, null);
        }
    }

    internal int ReadEnd { get; }

    internal void MakeReadable() => _makeReadable();

    public void Dispose()
    {
        while (_owned.TryPop(out var resource))
            resource.Dispose();
    }

    private int Own(int fd)
    {
        _owned.Push(new DescriptorHandle(fd));
        return fd;
    }
}
