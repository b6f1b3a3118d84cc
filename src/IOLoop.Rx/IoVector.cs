namespace IOLoops.Rx;

/// <summary>The C library's <c>iovec</c>.</summary>
internal unsafe struct IoVector
{
    internal byte* Start;
    internal nuint Length;
}
