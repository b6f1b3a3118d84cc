namespace IOLoops.Samples;

/// <summary>What a station has said, and on which thread: it must be the same one always.</summary>
/// <param name="print">Gets each line, too.</param>
internal sealed class Journal(Action<string> print)
{
    private readonly List<string> _lines = [];
    private readonly HashSet<string> _threads = [];

    internal IReadOnlyList<string> Lines => _lines;

    internal IReadOnlyCollection<string> Threads => _threads;

    internal void Write(string line)
    {
        _threads.Add($"\"{Thread.CurrentThread.Name ?? "unnamed"}\" (id {Environment.CurrentManagedThreadId})");
        _lines.Add(line);
        print(line);
    }
}
