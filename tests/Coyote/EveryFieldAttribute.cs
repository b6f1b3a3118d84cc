namespace IOLoops.Coyote;

/// <summary>
/// Threads may be switched at each use of a field, not only at locks, <see cref="Interlocked"/> and <see cref="Volatile"/>: for tests of
/// few steps, in which a section that has lost its lock must be seen to come apart.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class EveryFieldAttribute : Attribute;
