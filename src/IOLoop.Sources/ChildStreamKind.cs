namespace IOLoops.Sources;

/// <summary>The cases of <see cref="ChildStream"/>.</summary>
internal enum ChildStreamKind
{
    Inherit,
    Null,
    Pipe,
    StandardOutput,
    Given,
}
