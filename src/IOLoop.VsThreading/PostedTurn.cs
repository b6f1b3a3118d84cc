namespace IOLoops.VsThreading;

/// <summary>A turn, or something else of the loop's, on its way to the main thread. Used again when it has come and gone.</summary>
/// <param name="host">Whose it is.</param>
internal sealed class PostedTurn(JoinableTaskHost host)
{
    internal JoinableTaskHost Host => host;

    /// <summary>What to run; null: nothing, this stands for the loop's task itself on its way to the main thread.</summary>
    internal Action? Turn;

    /// <summary>In which the host counts it.</summary>
    internal int Epoch;

    /// <summary>Whether the thread that finds it finds nothing to do. Guarded by the host's gate.</summary>
    internal bool HasCome;

    /// <summary>The next one to be used again.</summary>
    internal PostedTurn? Next;
}
