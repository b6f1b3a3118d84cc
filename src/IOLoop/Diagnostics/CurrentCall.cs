namespace IOLoops.Diagnostics;

/// <summary>What a loop was calling when another thread looked.</summary>
/// <param name="Callee">A delegate, a work item, or null: a wait for the descriptor resumes.</param>
/// <param name="Descriptor">The handler's; negative: it is a callback or a timeout.</param>
/// <param name="Argument">The object that the handler was added with; a callback's state, as far as it is known.</param>
/// <param name="ThreadId">The runtime's number of the thread.</param>
/// <param name="NativeThreadId">The system's.</param>
/// <param name="Version">The mark's, while the call lasts.</param>
internal readonly record struct CurrentCall(object? Callee, nint Descriptor, object? Argument, int ThreadId, long NativeThreadId, long Version);
