namespace IOLoops.Samples;

/// <summary>What a peer, or the bus, answered instead of a result.</summary>
internal sealed class BusException(string name, string message) : Exception($"{name}: {message}")
{
    /// <summary>Such as <c>org.freedesktop.DBus.Error.UnknownMethod</c>.</summary>
    internal string Name { get; } = name;
}
