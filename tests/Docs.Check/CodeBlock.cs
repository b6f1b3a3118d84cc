namespace IOLoops.DocsCheck;

/// <summary>A fenced code block of a page.</summary>
/// <param name="Page">Path of the page in the clone.</param>
/// <param name="Line">Number of the line that opens the fence.</param>
/// <param name="Language">What follows the fence, such as <c>csharp</c>. Empty if nothing does.</param>
/// <param name="Comment">The HTML comment directly above, without its marks. Empty if there is none.</param>
/// <param name="Lines">What stands between the fences.</param>
internal sealed record CodeBlock(string Page, int Line, string Language, string Comment, IReadOnlyList<string> Lines)
{
    public override string ToString() => $"{Page}:{Line}";
}
