namespace IOLoops.Conformance;

/// <summary>A failure that fails again when it is asked what it says.</summary>
public sealed class MuteException : Exception
{
    /// <inheritdoc/>
    public override string Message => throw new InvalidOperationException("no message");
}
