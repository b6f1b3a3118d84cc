using System.Runtime.InteropServices;
using IOLoops.Interop;

namespace IOLoops.Polling;

/// <summary>
/// Sleeps for a poller that has no descriptor to watch: a thread of the loop's own, which polls a copy of the poller's
/// set, made when it is armed. So the poller itself is the loop's alone.
/// </summary>
/// <param name="poller">Whose set is copied.</param>
/// <param name="createWaker">Makes what tells the thread to look again.</param>
/// <param name="wake">Called on the sleeper's thread. Must neither block nor throw.</param>
internal sealed unsafe class PollSleeper<TDescriptor>(PollPoller<TDescriptor> poller, Func<IWaker> createWaker, Action wake) : ISleeper
    where TDescriptor : unmanaged, IPollDescriptor<TDescriptor>
{
    private readonly Lock _gate = new();
    private TDescriptor[] _next = []; // guarded by _gate; where the next set is put together
    private int _count;                  // guarded by _gate; of _next
    private int _version;                // guarded by _gate; of the poller's set, when it was copied
    private bool _armed;                 // guarded by _gate; _next is not taken, or what was taken is being waited for
    private bool _renewed;               // guarded by _gate; _next is newer than what is being waited for
    private IWaker? _control; // guarded by _gate; tells the thread to look again; null: there is no thread

    /// <inheritdoc/>
    /// <remarks>The copy is level-triggered like the original: what became ready before the thread begins to wait for it is reported at once.</remarks>
    // Modelled in tests/models: pollsleeper.
    public void Arm()
    {
        lock (_gate)
        {
            // Why no event is lost: the thread waits for this very set, or is about to, and has not reported of it yet.
            if (_armed && _control is not null && _version == poller.Version)
                return;
            _control ??= Start();
            _count = poller.CopySet(ref _next);
            _version = poller.Version;
            _armed = true;
            _renewed = true;
            try
            {
                _control.Wake();
            }
            catch
            {
                _armed = false; // the thread may not have learned of it: the next call tells it
                throw;
            }
        }
    }

    // Modelled in tests/models: pollsleeper.
    public void Leave()
    {
        lock (_gate)
        {
            _armed = false;
            var control = _control;
            _control = null;
            control?.Wake(); // the thread sees that it is no longer the one, and ends
        }
    }

    private IWaker Start()
    {
        var control = createWaker();
        try
        {
            new Thread(() => Sleep(control)) { IsBackground = true, Name = "IOLoop sleeper" }.UnsafeStart();
        }
        catch
        {
            control.Dispose();
            throw;
        }
        return control;
    }

    // Modelled in tests/models: pollsleeper.
    private void Sleep(IWaker control)
    {
        TDescriptor[] set = [];
        int count = 0;
        try
        {
            while (Take(control, ref set, ref count))
            {
                if (Wait(control, set, count) && Spend(control))
                    wake();
            }
        }
        catch (IOException)
        {
            // Other code has closed this thread's waker. The loop polls for itself, and arms another sleeper.
            if (GiveUp(control))
                wake();
        }
        control.Dispose();
    }

    /// <returns>False: the thread has been replaced, or is to end.</returns>
    // Modelled in tests/models: pollsleeper.
    private bool GiveUp(IWaker control)
    {
        lock (_gate)
        {
            if (_control != control)
                return false;
            _control = null;
            _armed = false;
            return true;
        }
    }

    /// <summary>Takes over the set to wait for: none when it is not armed.</summary>
    /// <returns>False: the thread has been replaced, or is to end.</returns>
    // Modelled in tests/models: pollsleeper.
    private bool Take(IWaker control, ref TDescriptor[] set, ref int count)
    {
        lock (_gate)
        {
            if (_control != control)
                return false;
            if (_renewed)
            {
                (set, _next) = (_next, set);
                count = _count;
                _renewed = false;
            }
            else if (!_armed)
            {
                count = 0;
            }
            return true;
        }
    }

    /// <summary>Waits until something of the set is ready, or the thread is woken.</summary>
    /// <returns>Whether something of the set is ready.</returns>
    // Modelled in tests/models: pollsleeper.
    private static bool Wait(IWaker control, TDescriptor[] set, int count)
    {
        // The first place of a copied set is the poller's own waker, which nothing rings while the loop is hosted.
        if (set.Length == 0)
            set = new TDescriptor[1];
        set[0] = TDescriptor.Watching(control.Descriptor, IOEvents.Read);
        int ready;
        fixed (TDescriptor* all = set)
        {
            while ((ready = TDescriptor.Wait(all, Math.Max(1, count), -1)) < 0)
            {
                if (Errno.Last != Errno.EINTR)
                    return true; // the loop's own poll meets the same failure, in a turn, which can report it
            }
        }
        if (!set[0].IsReported)
            return true;
        control.Drain();
        return ready > 1;
    }

    /// <summary>Uses up the one shot.</summary>
    /// <returns>False: it was armed again meanwhile, and that set decides.</returns>
    // Modelled in tests/models: pollsleeper.
    private bool Spend(IWaker control)
    {
        lock (_gate)
        {
            if (_control != control || _renewed || !_armed)
                return false;
            _armed = false;
            return true;
        }
    }
}
