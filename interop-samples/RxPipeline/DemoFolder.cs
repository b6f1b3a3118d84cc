namespace IOLoops.Samples;

/// <summary>A temporary folder, and a book of what is done in it.</summary>
internal sealed class DemoFolder : IDisposable
{
    private readonly Dictionary<string, ChangeCounts> _done = [];

    internal string Path { get; } = Directory.CreateTempSubdirectory("rx-pipeline-").FullName;

    /// <summary>What was done to which file.</summary>
    internal IReadOnlyDictionary<string, ChangeCounts> Done => _done;

    public void Dispose()
    {
        if (Directory.Exists(Path))
            Directory.Delete(Path, recursive: true);
    }

    /// <summary>A new file, open for <see cref="Write"/> until <see cref="Close"/>.</summary>
    internal FileStream Create(string name) => Open(name, FileMode.CreateNew, InotifyMask.Create);

    internal void Write(FileStream file, string text)
    {
        file.Write(System.Text.Encoding.UTF8.GetBytes(text));
        Book(System.IO.Path.GetFileName(file.Name), InotifyMask.Modify);
    }

    internal void Close(FileStream file)
    {
        file.Dispose();
        Book(System.IO.Path.GetFileName(file.Name), InotifyMask.CloseWrite);
    }

    internal void Append(string name, string text)
    {
        var file = File.Exists(In(name)) ? Open(name, FileMode.Append, InotifyMask.None) : Create(name);
        Write(file, text);
        Close(file);
    }

    internal void Move(string from, string to)
    {
        File.Move(In(from), In(to), overwrite: true);
        Book(from, InotifyMask.MovedFrom);
        Book(to, InotifyMask.MovedTo);
    }

    internal void Delete(string name)
    {
        File.Delete(In(name));
        Book(name, InotifyMask.Delete);
    }

    // Unbuffered: each Write is a write(2).
    private FileStream Open(string name, FileMode mode, InotifyMask change)
    {
        var file = new FileStream(In(name), mode, FileAccess.Write, FileShare.Read, bufferSize: 0);
        Book(name, change);
        return file;
    }

    private string In(string name) => System.IO.Path.Combine(Path, name);

    private void Book(string name, InotifyMask change) => _done[name] = _done.GetValueOrDefault(name).After(change);
}
