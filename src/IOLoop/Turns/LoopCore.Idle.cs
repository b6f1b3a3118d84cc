using System.Runtime.InteropServices;

namespace IOLoops.Turns;

/// <summary>Using a loop that nobody runs: from any one thread, or between the turns of a host from the host's own.</summary>
internal sealed partial class LoopCore
{
    private bool _wakesAfterIdle; // guarded by _runGate

    /// <summary>
    /// Takes the gate, which keeps a run from beginning, for as long as the scope lasts. No code of the user's may run in it: what
    /// such code is to be told of is noted, and done when the gate was left.
    /// </summary>
    /// <exception cref="InvalidOperationException">Somebody runs the loop.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    private IdleScope EnterIdle() => new(this, evenClosed: false);

    /// <summary>The same for calls that do nothing on a closed loop.</summary>
    private IdleScope EnterIdleUnlessClosed() => new(this, evenClosed: true);

    /// <summary>The same for calls that ask a loop that runs to do it.</summary>
    private IdleScope EnterIdleOrBusy() => new(this, evenClosed: true, evenBusy: true);

    private SafeHandle[] TakeReleased(int from)
    {
        if (_released.Count == from)
            return [];
        SafeHandle[] released = [.. _released[from..]];
        _released.RemoveRange(from, released.Length);
        NoteWhatIsLeft();
        return released;
    }

    private readonly ref struct IdleScope
    {
        private readonly LoopCore _core;
        private readonly int _releasedBefore;

        internal IdleScope(LoopCore core, bool evenClosed, bool evenBusy = false)
        {
            _core = core;
            bool isHostThread = core._isHostThread is { } ask && ask(); // before the gate is taken: a member of the host's
            core._runGate.Enter();
            try
            {
                IsClosed = core._closed;
                IsBusy = evenBusy && core.IsBusyElsewhere(isHostThread);
                if (!IsBusy && !(IsClosed && evenClosed))
                    core.VerifyIdle(isHostThread);
                _releasedBefore = IsBusy ? 0 : core._released.Count;
                core._wakesAfterIdle = false;
            }
            catch
            {
                core._runGate.Exit();
                throw;
            }
        }

        internal bool IsClosed { get; }

        internal bool IsBusy { get; }

        /// <summary>Has the loop woken when the gate was left.</summary>
        internal void WakeIf(bool condition) => _core._wakesAfterIdle = condition;

        public void Dispose()
        {
            // No turn of a stopped loop may come for long, and the number is to be free when the caller disposes of the handle.
            var released = IsBusy ? [] : _core.TakeReleased(_releasedBefore);
            bool wakes = _core._wakesAfterIdle && !IsBusy;
            _core._runGate.Exit();
            foreach (var handle in released)
                _core.ReleaseNow(handle);
            if (wakes)
                _core._wake();
        }
    }
}
