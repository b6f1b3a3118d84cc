using System.Runtime.CompilerServices;
using IOLoops.Interop;

namespace IOLoops.Ownership;

/// <summary>The contexts of the thread that runs a turn, and of the calls that the turn makes. That thread alone uses it.</summary>
internal sealed class CallContext(IOLoop loop, LoopGate gate)
{
    private SynchronizationContext? _ofTurn; // current inside callbacks
    private bool _mustRestore;               // whether a callback, or a turn inside it, has left something to restore after it

    /// <summary>The <see cref="SynchronizationContext"/> inside callbacks.</summary>
    internal SynchronizationContext? OfTurn => _ofTurn;

    /// <summary>Makes the thread's contexts those of a turn.</summary>
    internal RunScope Enter(SynchronizationContext? context)
    {
        bool isFlowSuppressed = ExecutionContext.IsFlowSuppressed();
        if (isFlowSuppressed)
            ExecutionContext.RestoreFlow();
        var scope = new RunScope(ExecutionContext.Capture()!, isFlowSuppressed, SynchronizationContext.Current, _ofTurn);
        _ofTurn = context;
        scope.Thread = loop.Enter();
        LeaveCall();
        return scope;
    }

    internal void Leave(in RunScope scope)
    {
        _ofTurn = scope.TurnContext;
        IOLoop.Leave(scope.Thread);
        SynchronizationContext.SetSynchronizationContext(scope.SynchronizationContext);
        ExecutionContext.Restore(scope.ExecutionContext);
        if (scope.IsFlowSuppressed)
            ExecutionContext.SuppressFlow();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void EnterCall(ExecutionContext? context)
    {
        if (context is not null)
            ExecutionContext.Restore(context);
    }

    /// <summary>Behind each call: the next one finds nothing of it.</summary>
    [MethodImpl(Jit.HotBody)]
    internal void LeaveCall()
    {
        if (ExecutionContext.Capture() != DefaultContext.Instance)
            ExecutionContext.Restore(DefaultContext.Instance);
        if (SynchronizationContext.Current != _ofTurn)
            SynchronizationContext.SetSynchronizationContext(_ofTurn);
        if (_mustRestore)
            Restore();
    }

    /// <summary>A callback has made another loop current, or none, or turns have nested in it. A note here is cheaper than a look at thread-local data after every callback.</summary>
    internal void NoteChange() => _mustRestore = true;

    private void Restore()
    {
        _mustRestore = false;
        loop.RestoreCurrent();
        gate.RestoreInterrupted();
    }
}
