using System.Globalization;

namespace IOLoops.Samples;

/// <summary><c>--demo</c>: a folder of its own, something that changes it, and a check.</summary>
internal static class Demonstration
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <exception cref="ExitException">The pipeline saw something else than was done, or was interrupted.</exception>
    internal static void Run(IOLoop loop)
    {
        using var folder = new DemoFolder();
        using var cancellation = new CancellationTokenSource();
        using var watching = new Watching(loop, folder.Path);
        watching.NewsCame += () => EndWhenAllIsSeen(watching);
        loop.CallLater(DemoWriter.Duration + Patience, watching.End); // the check will say what is missing
        var writing = new DemoWriter(folder).RunAsync(
            failure => loop.TryAddCallback(() => watching.Fail(failure)), cancellation.Token);
        try
        {
            watching.Run();
        }
        finally
        {
            cancellation.Cancel();
            writing.Wait(Patience); // else it would write into a folder that is being deleted
        }
        if (watching.EndedBy is { } signal)
            throw new ExitException(ExitException.Failed, $"{signal} came before the end: nothing was checked");
        Report(folder, watching.Folder);
    }

    private static void EndWhenAllIsSeen(Watching watching)
    {
        if (watching.Folder.CountsOf(DemoWriter.LastFile).Written > 0)
            watching.End();
    }

    private static void Report(DemoFolder folder, FolderModel seen)
    {
        Print($"");
        Print($"file               created  written  moved away  moved here  deleted  modified (done)");
        foreach (var (name, done) in folder.Done.OrderBy(file => file.Key, StringComparer.Ordinal))
        {
            var counts = seen.CountsOf(name);
            Print($"{name,-18} {counts.Created,7} {counts.Written,8} {counts.MovedAway,11} {counts.MovedHere,11} {counts.Deleted,8} {counts.Modified,9} ({done.Modified})");
        }
        if (seen.Losses is { } losses)
            throw new ExitException(ExitException.Failed, losses);
        var differences = DemoCheck.Compare(folder.Done, seen);
        if (differences.Count > 0)
            throw new ExitException(ExitException.Failed, $"not what was done: {string.Join("; ", differences)}");
        Print($"The pipeline saw exactly what was done: {seen.Total.Total} changes of {folder.Done.Count} files.");
    }

    private static void Print(FormattableString line) => Console.Out.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
