using System.Diagnostics;

namespace IOLoops.Diagnostics;

/// <summary>What debuggers show of a loop.</summary>
internal sealed class LoopDebugView(IOLoop loop)
{
    private readonly LoopState _state = new(loop);

    public string Summary => _state.Summary;

    public string? IsIn => loop.Core?.View.CurrentCall();

    [DebuggerBrowsable(DebuggerBrowsableState.Collapsed)]
    public RegistrationState[] Descriptors => [.. _state.Registrations];

    [DebuggerBrowsable(DebuggerBrowsableState.Collapsed)]
    public TimeoutState[] NextTimeouts => [.. _state.NextTimeouts];
}
