using System.Text;

namespace IOLoops.Sources.Interop;

/// <summary>
/// Paths and names as the kernel has them: any bytes but zero. They are kept in strings with one character for each byte (Latin-1), so
/// that names that are not UTF-8 stay apart and can be opened. Only <see cref="Display"/> is for users.
/// </summary>
internal static class RawPath
{
    internal static string FromText(string path) => Ascii.IsValid(path) ? path : Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(path));

    internal static string FromBytes(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);

    internal static string Display(string raw) => Ascii.IsValid(raw) ? raw : Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(raw));

    /// <summary>For the C library: with a zero at the end.</summary>
    internal static byte[] ToBytes(string raw)
    {
        byte[] bytes = new byte[raw.Length + 1];
        Encoding.Latin1.GetBytes(raw, bytes);
        return bytes;
    }

    internal static string Combine(string folder, string name) => folder.EndsWith('/') ? folder + name : $"{folder}/{name}";

    /// <summary>The path of the folder that contains this one; null for the root.</summary>
    internal static string? ParentOf(string path)
    {
        int slash = path.LastIndexOf('/');
        if (slash <= 0)
            return path.Length > 1 ? "/" : null;
        return path[..slash];
    }

    internal static string NameOf(string path) => path[(path.LastIndexOf('/') + 1)..];
}
