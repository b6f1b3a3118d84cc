using System.Diagnostics;

namespace IOLoops.Diagnostics;

/// <summary>What an observer knows of a call that is under way.</summary>
/// <param name="Start">When it began; 0: not asked.</param>
/// <param name="Span">Its span, when a listener is attached.</param>
internal readonly record struct HandlerCall(long Start, Activity? Span);
