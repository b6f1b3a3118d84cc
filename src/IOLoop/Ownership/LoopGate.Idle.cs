namespace IOLoops.Ownership;

/// <summary>Using a loop that does not run: from any one thread, or between the turns of a host from the host's own.</summary>
internal sealed partial class LoopGate
{
    private bool _wakesAfterIdle; // guarded by the gate

    /// <summary>
    /// Takes the gate, which keeps a run from beginning, for as long as the scope lasts. No code of the user's may run in it: what
    /// such code must learn is noted, and done when the gate was left.
    /// </summary>
    /// <exception cref="InvalidOperationException">The loop runs.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    // Modelled in tests/models: close.
    internal IdleScope EnterIdle() => new(this, evenClosed: false);

    /// <summary>The same for calls that do nothing on a closed loop.</summary>
    internal IdleScope EnterIdleUnlessClosed() => new(this, evenClosed: true);

    /// <summary>The same for calls that ask a loop that runs to do it.</summary>
    internal IdleScope EnterIdleOrBusy() => new(this, evenClosed: true, evenBusy: true);

    internal readonly ref struct IdleScope
    {
        private readonly LoopGate _gate;
        private readonly int _releasedBefore;

        internal IdleScope(LoopGate gate, bool evenClosed, bool evenBusy = false)
        {
            _gate = gate;
            bool isOnHost = gate.AskHost(); // before the gate is taken: a member of the host's
            gate._lock.Enter();
            try
            {
                IsClosed = gate._isClosed;
                IsBusy = evenBusy && gate.IsBusyElsewhere(isOnHost);
                if (!IsBusy && !(IsClosed && evenClosed))
                    gate.VerifyIdle(isOnHost);
                _releasedBefore = IsBusy ? 0 : gate.Releases.Count;
                gate._wakesAfterIdle = false;
            }
            catch
            {
                gate._lock.Exit();
                throw;
            }
        }

        internal bool IsClosed { get; }

        internal bool IsBusy { get; }

        /// <summary>Has the loop woken when the gate was left.</summary>
        internal void WakeIf(bool condition) => _gate._wakesAfterIdle = condition;

        public void Dispose()
        {
            // No turn of a stopped loop may come for long, and the number is to be free when the caller disposes of the handle.
            var released = IsBusy ? [] : _gate.Releases.TakeFrom(_releasedBefore);
            bool wakes = _gate._wakesAfterIdle && !IsBusy;
            _gate._lock.Exit();
            foreach (var handle in released)
                _gate.Releases.Release(handle);
            if (wakes)
                _gate.Wake();
        }
    }
}
