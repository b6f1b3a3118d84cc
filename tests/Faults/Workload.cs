namespace Faults;

/// <summary>Uses a part of the libraries as an application would, and checks what it gets.</summary>
internal abstract class Workload
{
    internal abstract string Name { get; }

    /// <summary>Whose calls fail.</summary>
    internal virtual Target Target => Target.Core;

    /// <summary>A call that the system is to lack.</summary>
    internal string? Lacks { get; init; }

    /// <summary>Whether the other loop of the process is a hosted one.</summary>
    internal bool HasHostedBystander { get; init; }

    /// <summary>Throws what a call of the libraries throws. Everything that was opened is closed by then.</summary>
    internal abstract void Run(Trial trial);
}
