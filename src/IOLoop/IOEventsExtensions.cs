namespace IOLoops;

/// <summary>Questions about what a descriptor is ready for. Any thread.</summary>
public static class IOEventsExtensions
{
    /// <summary>Whether <see cref="IOEvents.Read"/> is set: reading will not block.</summary>
    public static bool IsReadable(this IOEvents events) => (events & IOEvents.Read) != 0;

    /// <summary>Whether <see cref="IOEvents.Write"/> is set: writing will not block.</summary>
    public static bool IsWritable(this IOEvents events) => (events & IOEvents.Write) != 0;

    /// <summary>
    /// Whether any bit of <see cref="IOEvents.Error"/> is set. The kernel may report an error or a hang-up alone, which
    /// <see cref="Enum.HasFlag"/> does not find.
    /// </summary>
    public static bool HasError(this IOEvents events) => (events & IOEvents.Error) != 0;
}
