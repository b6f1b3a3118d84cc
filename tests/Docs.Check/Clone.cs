namespace IOLoops.DocsCheck;

/// <summary>The files of a clone. Paths are relative to it.</summary>
/// <param name="root">The folder that has the file Bridge.sln.</param>
internal sealed class Clone(string root)
{
    /// <summary>Scripts that build projects, or run commands, that the solution does not name.</summary>
    private static readonly string[] Scripts = [".ci/checks", ".ci/avalonia", ".ci/portability", "tests/FirstSteps/run"];

    private readonly Dictionary<string, string[]> _read = [];

    /// <exception cref="InvalidOperationException">Neither the current folder nor one above it is a clone.</exception>
    internal static Clone Current()
    {
        string? folder = Directory.GetCurrentDirectory();
        while (folder is not null && !File.Exists(Path.Combine(folder, "Bridge.sln")))
            folder = Path.GetDirectoryName(folder);
        return new(folder ?? throw new InvalidOperationException("The current folder does not lie in a clone."));
    }

    internal bool Has(string path) => File.Exists(Path.Combine(root, path));

    internal string[] Read(string path)
    {
        if (!_read.TryGetValue(path, out string[]? lines))
            _read[path] = lines = File.ReadAllLines(Path.Combine(root, path));
        return lines;
    }

    internal bool Contains(string path, string text) => Has(path) && File.ReadAllText(Path.Combine(root, path)).Contains(text, StringComparison.Ordinal);

    internal IEnumerable<string> Files(string pattern, string under = "") =>
        Directory.EnumerateFiles(Path.Combine(root, under), pattern, SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(root, path).Replace('\\', '/'))
            .Where(path => !path.Split('/').Any(part => part is "bin" or "obj" or "BenchmarkDotNet.Artifacts"))
            .Order(StringComparer.Ordinal);

    /// <summary>Whether a check builds the project that a file belongs to.</summary>
    internal bool Builds(string path)
    {
        for (string? folder = Path.GetDirectoryName(path); !string.IsNullOrEmpty(folder); folder = Path.GetDirectoryName(folder))
        {
            string[] projects = Directory.GetFiles(Path.Combine(root, folder), "*.csproj");
            if (projects.Length > 0)
                return Scripts.Any(script => Contains(script, folder)) || Contains("Bridge.sln", $"{folder}/{Path.GetFileName(projects[0])}".Replace('/', '\\'));
        }
        return false;
    }
}
