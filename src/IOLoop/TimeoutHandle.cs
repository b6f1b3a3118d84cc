namespace IOLoops;

/// <summary>
/// Stands for a timeout, to be passed to <see cref="IOLoop.RemoveTimeout"/>. Opaque; the default value is a handle of
/// nothing. A handle stays harmless for ever: once its timeout has run or was removed, it stands for nothing.
/// </summary>
public readonly struct TimeoutHandle : IEquatable<TimeoutHandle>
{
    /// <summary>For authors of loops: a handle of the timeout that <paramref name="owner"/> knows by <paramref name="id"/>.</summary>
    /// <param name="owner">An object that tells this loop's timeouts from another's.</param>
    /// <param name="id">The timeout's number; never used twice with one owner.</param>
    public TimeoutHandle(object owner, long id)
    {
        Owner = owner;
        Id = id;
    }

    /// <summary>For authors of loops: what the handle was made with; <see langword="null"/> for the default value.</summary>
    public object? Owner { get; }

    /// <summary>For authors of loops: what the handle was made with.</summary>
    public long Id { get; }

    /// <inheritdoc/>
    public bool Equals(TimeoutHandle other) => Id == other.Id && ReferenceEquals(Owner, other.Owner);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is TimeoutHandle other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Id.GetHashCode();

    /// <summary>Whether both stand for the same timeout.</summary>
    public static bool operator ==(TimeoutHandle left, TimeoutHandle right) => left.Equals(right);

    /// <summary>Whether they stand for different timeouts.</summary>
    public static bool operator !=(TimeoutHandle left, TimeoutHandle right) => !left.Equals(right);
}
