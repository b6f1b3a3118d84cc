namespace Figures;

/// <summary>Plants faults.</summary>
internal static class Faults
{
    internal static void Happen(this Fault fault)
    {
        if (fault == Fault.Call)
            _ = Libc.gettid();
        else if (fault == Fault.Object)
            GC.KeepAlive(new object());
        else if (fault == Fault.Collection)
            GC.Collect();
    }
}
