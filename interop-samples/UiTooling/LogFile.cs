using Microsoft.Win32.SafeHandles;

namespace IOLoops.Samples;

/// <summary>A file that others append to, by its name: whatever file bears it, now or later.</summary>
/// <param name="name">Its path. It need not exist yet.</param>
/// <param name="show">Gets its lines.</param>
internal sealed class LogFile(string name, Action<string> show) : IDisposable
{
    // Of a file that is long already.
    private const int FirstBytes = 4096;

    private readonly byte[] _buffer = new byte[16 * 1024];
    private SafeFileHandle? _file;
    private TerminalText? _text;
    private long _position;
    private bool _hasSuccessor;

    internal string Path { get; } = System.IO.Path.GetFullPath(name);

    internal string Name => System.IO.Path.GetFileName(Path);

    internal string Folder => System.IO.Path.GetDirectoryName(Path)!;

    /// <summary>The last lines of what is there.</summary>
    internal void Open()
    {
        _file = TryOpen(ifMissing: "(does not exist yet)");
        if (_file is null)
            return;
        _position = Math.Max(0, RandomAccess.GetLength(_file) - FirstBytes);
        bool isPart = _position > 0;
        _text = new TerminalText(line => { if (!isPart) Show(line); isPart = false; }, _ => { });
    }

    /// <summary>The name is another file's now: that one's lines come after the rest of this one's.</summary>
    internal void Reopen() => _hasSuccessor = true;

    /// <summary>Nobody bears the name. A program that has the file open may go on writing to it.</summary>
    internal void TellLoss() => Show("(moved away or deleted)");

    /// <summary>A piece of what was appended: a writer may be faster than this reader.</summary>
    /// <returns>Whether there may be more.</returns>
    internal bool ReadSome()
    {
        if (_file is not null && ReadPiece(_file))
            return true;
        if (!_hasSuccessor)
            return false;
        _hasSuccessor = false;
        _text?.End();
        _file?.Dispose();
        _file = TryOpen(ifMissing: null); // lost again already, which another event reports
        _position = 0;
        _text = new TerminalText(Show, _ => { });
        if (_file is null)
            return false;
        Show("(a new file)");
        return true;
    }

    public void Dispose() => _file?.Dispose();

    private bool ReadPiece(SafeFileHandle file)
    {
        if (RandomAccess.GetLength(file) < _position)
        {
            Show("(truncated)");
            _position = 0;
        }
        int count = RandomAccess.Read(file, _buffer, _position);
        _position += count;
        _text!.Append(_buffer.AsSpan(0, count));
        return count > 0;
    }

    private SafeFileHandle? TryOpen(string? ifMissing)
    {
        try
        {
            if (FileKind.IsRegular(Path))
                return File.OpenHandle(Path, share: FileShare.ReadWrite);
            Show("(no regular file: cannot be watched)");
        }
        catch (FileNotFoundException)
        {
            if (ifMissing is not null)
                Show(ifMissing);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Show($"({failure.Message})");
        }
        return null;
    }

    private void Show(string line) => show($"{Name}: {line}");
}
