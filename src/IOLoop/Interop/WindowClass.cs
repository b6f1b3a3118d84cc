namespace IOLoops.Interop;

/// <summary><c>WNDCLASSEXW</c>.</summary>
internal unsafe struct WindowClass
{
    internal uint Size;
    internal uint Style;
    internal delegate* unmanaged<nint, uint, nint, nint, nint> Procedure;
    internal int ClassExtra;
    internal int WindowExtra;
    internal nint Instance;
    internal nint Icon;
    internal nint Cursor;
    internal nint Background;
    internal char* MenuName;
    internal char* Name;
    internal nint SmallIcon;
}
