namespace IOLoops.Samples;

/// <summary>Whether the pipeline has seen what was done, all of it and nothing else.</summary>
internal static class DemoCheck
{
    /// <returns>What differs; empty: nothing does.</returns>
    internal static IReadOnlyList<string> Compare(IReadOnlyDictionary<string, ChangeCounts> done, FolderModel seen)
    {
        var names = done.Keys.Union(seen.Rows.Select(row => row.News.Name)).Order(StringComparer.Ordinal);
        return [.. names.SelectMany(name => Compare(name, done.GetValueOrDefault(name), seen.CountsOf(name)))];
    }

    private static IEnumerable<string> Compare(string name, ChangeCounts done, ChangeCounts seen)
    {
        // The one thing that need not be reported each time.
        bool isModifiedRight = seen.Modified <= done.Modified && seen.Modified > 0 == done.Modified > 0;
        (string What, int Done, int Seen)[] all =
        [
            ("created", done.Created, seen.Created),
            ("modified", done.Modified, isModifiedRight ? done.Modified : seen.Modified),
            ("written", done.Written, seen.Written),
            ("moved away", done.MovedAway, seen.MovedAway),
            ("moved here", done.MovedHere, seen.MovedHere),
            ("deleted", done.Deleted, seen.Deleted),
        ];
        return all.Where(kind => kind.Done != kind.Seen).Select(kind => $"{name} was {kind.What} {kind.Done} times, seen {kind.Seen} times");
    }
}
