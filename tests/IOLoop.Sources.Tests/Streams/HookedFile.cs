namespace IOLoops.Sources.Tests.Streams;

/// <summary>A descriptor that calls back when it is about to be used, and counts how often it is closed.</summary>
internal sealed class HookedFile(int number) : IFileObject
{
    internal Action? BeforeUse { get; set; }

    internal int Closed { get; private set; }

    public nint Descriptor
    {
        get
        {
            var hook = BeforeUse;
            BeforeUse = null;
            hook?.Invoke();
            return number;
        }
    }

    public void Close() => Closed++;
}
