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
    internal FileStream Create(string name)
    {
        var file = Open(name, FileMode.CreateNew);
        Book(name, FileChangeKind.Created);
        return file;
    }

    internal void Write(FileStream file, string text)
    {
        file.Write(System.Text.Encoding.UTF8.GetBytes(text));
        Book(System.IO.Path.GetFileName(file.Name), FileChangeKind.Modified);
    }

    internal void Close(FileStream file)
    {
        file.Dispose();
        Book(System.IO.Path.GetFileName(file.Name), FileChangeKind.Written);
    }

    internal void Append(string name, string text)
    {
        var file = File.Exists(In(name)) ? Open(name, FileMode.Append) : Create(name);
        Write(file, text);
        Close(file);
    }

    internal void Move(string from, string to)
    {
        File.Move(In(from), In(to), overwrite: true);
        Book(from, FileChangeKind.MovedAway);
        Book(to, FileChangeKind.MovedHere);
    }

    internal void Delete(string name)
    {
        File.Delete(In(name));
        Book(name, FileChangeKind.Deleted);
    }

    // Unbuffered: each Write is a write(2).
    private FileStream Open(string name, FileMode mode) => new(In(name), mode, FileAccess.Write, FileShare.Read, bufferSize: 0);

    private string In(string name) => System.IO.Path.Combine(Path, name);

    private void Book(string name, FileChangeKind change) => _done[name] = _done.GetValueOrDefault(name).After(change);
}
