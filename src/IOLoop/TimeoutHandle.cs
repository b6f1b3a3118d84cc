using System.ComponentModel;

namespace IOLoops;

/// <summary>
/// Identifies a timeout, for <see cref="IOLoop.RemoveTimeout"/>. <see langword="default"/> refers to no timeout. Removing a
/// timeout that has run or was removed does nothing. A handle that is kept keeps the timeouts of its loop in memory until the loop is
/// closed.
/// </summary>
public readonly struct TimeoutHandle : IEquatable<TimeoutHandle>
{
    /// <summary>For authors of loops: the handle of the timeout that <paramref name="owner"/> knows by <paramref name="id"/>.</summary>
    /// <param name="owner">An object that distinguishes this loop's timeouts from those of other loops.</param>
    /// <param name="id">The timeout's number. Never reused with the same owner.</param>
    public TimeoutHandle(object owner, long id)
    {
        Owner = owner;
        Id = id;
    }

    /// <summary>For authors of loops: what the handle was made with. <see langword="null"/> for the default value.</summary>
    [EditorBrowsable(EditorBrowsableState.Advanced)]
    public object? Owner { get; }

    /// <summary>For authors of loops: what the handle was made with.</summary>
    [EditorBrowsable(EditorBrowsableState.Advanced)]
    public long Id { get; }

    /// <inheritdoc/>
    public bool Equals(TimeoutHandle other) => Id == other.Id && ReferenceEquals(Owner, other.Owner);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is TimeoutHandle other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Id.GetHashCode();

    /// <summary>Whether both refer to the same timeout.</summary>
    public static bool operator ==(TimeoutHandle left, TimeoutHandle right) => left.Equals(right);

    /// <summary>Whether they refer to different timeouts.</summary>
    public static bool operator !=(TimeoutHandle left, TimeoutHandle right) => !left.Equals(right);
}
