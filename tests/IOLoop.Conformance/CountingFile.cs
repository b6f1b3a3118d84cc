namespace IOLoops.Conformance;

/// <summary>A file object that counts how often it is closed.</summary>
public sealed class CountingFile(int fd) : IFileObject
{
    /// <summary>How often it was closed.</summary>
    public int Closed { get; private set; }

    /// <summary>Runs while it is being closed.</summary>
    public Action? OnClose { get; set; }

    /// <inheritdoc/>
    public nint Descriptor => fd;

    /// <inheritdoc/>
    public void Close()
    {
        Closed++;
        OnClose?.Invoke();
        Descriptors.Close(fd);
    }
}
