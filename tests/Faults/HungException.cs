namespace Faults;

/// <summary>Something that must end did not.</summary>
internal sealed class HungException(string message) : Exception($"waited in vain for {message}");
