namespace Faults;

/// <summary>Uses a part of the libraries as an application would, and checks what it gets.</summary>
internal abstract class Workload
{
    internal abstract string Name { get; }

    /// <summary>Throws what a call of the libraries throws. Everything that was opened is closed by then.</summary>
    internal abstract void Run(Trial trial);
}
