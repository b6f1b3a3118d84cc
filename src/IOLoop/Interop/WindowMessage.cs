namespace IOLoops.Interop;

/// <summary><c>MSG</c>.</summary>
internal struct WindowMessage
{
#pragma warning disable CS0649 // the system writes it
    internal nint Window;
    internal uint Message;
    internal nint WParam;
    internal nint LParam;
    internal uint Time;
    internal int X;
    internal int Y;
    internal uint Private;
#pragma warning restore CS0649
}
