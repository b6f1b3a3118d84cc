namespace IOLoops.Sources.Interop;

/// <summary>The C library's <c>iovec</c>.</summary>
internal unsafe struct IoVector
{
    internal byte* Start;
    internal nuint Length;
}
