using Shouldly;

namespace IOLoops.Tests.Model;

/// <summary>
/// What a loop must do, said with lists and loops: which registrations the kernel holds, which rows the loop has, and
/// what a turn runs.
/// </summary>
internal sealed class LoopModel
{
    internal const int Slots = 4;

    private readonly List<string> _callbacks = [];
    private readonly List<(long Deadline, int Id)> _timeouts = [];
    private readonly Dictionary<(int Slot, OpenFile File), IOEvents> _kernel = [];

    internal OpenFile?[] Files { get; } = new OpenFile?[Slots];

    internal Row?[] Rows { get; } = new Row?[Slots];

    internal long Now { get; set; }

    /// <summary>What the kernel holds for a slot goes when the file's last descriptor goes.</summary>
    internal void Close(int slot)
    {
        var file = Files[slot]!;
        Files[slot] = null;
        if (!file.HasDuplicate && !Files.Contains(file))
            Forget(entry => entry.File == file);
    }

    /// <summary>The exception that adding must throw, or null; then the row is made.</summary>
    internal Type? Add(int slot, int handler, IOEvents events)
    {
        if (Files[slot] is not { } file)
            return typeof(IOException);
        bool known = _kernel.ContainsKey((slot, file));
        if (known && Rows[slot] is not null)
            return typeof(InvalidOperationException);
        _kernel[(slot, file)] = events;
        Rows[slot] = new Row(handler, events, file);
        return null;
    }

    /// <summary>The exception that updating must throw, or null; then the row is changed.</summary>
    internal Type? Update(int slot, IOEvents events)
    {
        if (Rows[slot] is not { } row)
            return typeof(InvalidOperationException);
        if (Files[slot] is not { } file)
            return typeof(IOException);
        _kernel[(slot, file)] = events;
        Rows[slot] = row with { Events = events, File = file };
        return null;
    }

    internal void Remove(int slot)
    {
        // The kernel lets go of what the number stands for now, and of nothing else.
        if (Rows[slot] is not null && Files[slot] is { } file)
            _kernel.Remove((slot, file));
        Rows[slot] = null;
    }

    internal void AddCallback(string name) => _callbacks.Add(name);

    internal void AddTimeout(long deadline, int id) => _timeouts.Add((deadline, id));

    internal void CancelTimeout(int id) => _timeouts.RemoveAll(timeout => timeout.Id == id);

    /// <summary>What the next turn runs: in order, the handlers sorted by name.</summary>
    internal List<string> Turn()
    {
        var ran = new List<string>(_callbacks);
        _callbacks.Clear();
        ran.AddRange(_timeouts.Where(timeout => timeout.Deadline <= Now).OrderBy(timeout => timeout).Select(timeout => $"timeout {timeout.Id}"));
        _timeouts.RemoveAll(timeout => timeout.Deadline <= Now);
        var handlers = new List<string>();
        bool ghost = false;
        foreach (var ((slot, file), events) in _kernel)
        {
            if (!file.IsReadable || (events & IOEvents.Read) == 0)
                continue;
            if (Rows[slot] is { } row && row.File == file)
                handlers.Add($"handler {row.Handler} {IOEvents.Read}");
            else
                ghost = true;
        }
        handlers.Sort(StringComparer.Ordinal);
        ran.AddRange(handlers);
        if (ghost)
            Rebuild();
        return ran;
    }

    /// <summary>
    /// A new set holds what the old one knew by the number's present file. A number that went back to a file of which the
    /// old set still had a ghost is known in this sense: its row takes that file, as UpdateHandler would.
    /// </summary>
    private void Rebuild()
    {
        for (int slot = 0; slot < Slots; slot++)
        {
            if (Rows[slot] is { } row && Files[slot] is { } file && _kernel.ContainsKey((slot, file)))
            {
                Rows[slot] = row with { File = file };
                _kernel[(slot, file)] = row.Events;
            }
        }
        Forget(entry => Files[entry.Slot] != entry.File || Rows[entry.Slot]?.File != entry.File);
    }

    private void Forget(Func<(int Slot, OpenFile File), bool> gone)
    {
        foreach (var entry in _kernel.Keys.Where(gone).ToList())
            _kernel.Remove(entry);
    }

    internal sealed record Row(int Handler, IOEvents Events, OpenFile File);
}
