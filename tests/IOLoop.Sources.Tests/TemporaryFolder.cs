namespace IOLoops.Sources.Tests;

/// <summary>A folder that is deleted with all that is in it.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    internal string Path { get; } = Directory.CreateTempSubdirectory("ioloop-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
