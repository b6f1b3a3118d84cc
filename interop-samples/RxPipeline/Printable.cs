namespace IOLoops.Samples;

/// <summary>Names of files may hold anything but a slash and a zero: also what would command a terminal.</summary>
internal static class Printable
{
    internal static string Of(string name) =>
        name.Any(char.IsControl) ? string.Concat(name.Select(c => char.IsControl(c) ? '?' : c)) : name;
}
