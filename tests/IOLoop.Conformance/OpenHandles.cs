namespace IOLoops.Conformance;

/// <summary>How many handles this process has open, on Windows.</summary>
public static class OpenHandles
{
    private const int Holes = 256;
    private const int Step = 4; // from one handle to the next

    /// <summary>Wine does not say how many there are: the highest number in use stands for it, when the lower ones are taken.</summary>
    public static int Count()
    {
        int count = Kernel32.CountHandles();
        if (count > 0)
            return count;
        var events = Enumerable.Range(0, Holes).Select(static _ => new AutoResetEvent(false)).ToList();
        int highest = events.Max(static one => (int)one.SafeWaitHandle.DangerousGetHandle());
        events.ForEach(static one => one.Dispose());
        return highest / Step;
    }
}
