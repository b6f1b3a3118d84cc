using IOLoops.Diagnostics;

namespace IOLoops.Turns;

/// <summary>A turn that waits for those that its host runs meanwhile.</summary>
internal readonly record struct InterruptedTurn(int ThreadId, IOHandler? Current, CallMark.Interrupted Call);
