namespace IOLoops.Sources;

/// <summary>One change in a watched folder.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Path">The full path of the file or folder; empty for <see cref="FolderChangeKind.Overflow"/>. Bytes of a name that are not
/// UTF-8 are U+FFFD, as in .NET's own listings.</param>
/// <param name="OldPath">The path before the move, for <see cref="FolderChangeKind.Moved"/>; else null.</param>
/// <param name="IsFolder">Whether it is a folder.</param>
public readonly record struct FolderChange(FolderChangeKind Kind, string Path, string? OldPath, bool IsFolder);
