using System.Formats.Tar;

namespace IOLoops.Samples;

/// <summary>
/// What sort of file something is. A log must be a regular one: others may have no end, no positions, or nothing to read
/// until some program writes.
/// </summary>
internal static class FileKind
{
    /// <summary>Follows links. Opens nothing but regular files: to open a named pipe is to wait for its writer.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    internal static bool IsRegular(string path)
    {
        if (Directory.Exists(path))
            return false;
        var file = new FileInfo(path);
        file = (FileInfo?)file.ResolveLinkTarget(returnFinalTarget: true) ?? file;
        return file.Length > 0 || TypeOf(file.FullName) == TarEntryType.RegularFile; // no other kind has a length
    }

    // Of what .NET says about files only the entry of an archive tells the kinds apart. Null: a socket, which has none.
    private static TarEntryType? TypeOf(string emptyFile)
    {
        using var archive = new MemoryStream();
        try
        {
            using var writer = new TarWriter(archive, leaveOpen: true);
            writer.WriteEntry(emptyFile, "file");
        }
        catch (IOException)
        {
            return null;
        }
        archive.Position = 0;
        using var reader = new TarReader(archive);
        return reader.GetNextEntry()?.EntryType;
    }
}
