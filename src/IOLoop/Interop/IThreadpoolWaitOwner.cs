namespace IOLoops.Interop;

/// <summary>Learns that the handle of a <see cref="ThreadpoolWait"/> was signalled.</summary>
internal interface IThreadpoolWaitOwner
{
    /// <summary>The system has taken a signal. Called on a thread of the system's pool, to which nothing may be thrown.</summary>
    void OnSignal();
}
