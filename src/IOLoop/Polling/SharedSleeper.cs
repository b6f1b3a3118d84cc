using IOLoops.Interop;

namespace IOLoops.Polling;

/// <summary>
/// The one thread on which all hosted loops with a pollable poller sleep: their epoll descriptors are members of an epoll
/// set of its own, their kqueues of a kqueue. It begins with the first member and ends with the last.
/// </summary>
internal sealed class SharedSleeper
{
    private const int Room = 64;

    private static readonly Lock Gate = new();
    private static SharedSleeper? s_current; // guarded by Gate
    private static ulong s_lastToken;        // guarded by Gate

    private readonly Dictionary<ulong, NestedSleeper> _members = []; // guarded by Gate
    private readonly IOneShotSet _set;
    private volatile bool _isOver; // written under Gate

    private SharedSleeper(IOneShotSet set) => _set = set;

    /// <summary>Makes a loop a member. Any thread.</summary>
    /// <returns>Which sleeper it is a member of, and the token that its descriptor is to be watched with.</returns>
    /// <exception cref="IOException">The system has no descriptors left.</exception>
    // Modelled in tests/models: sleeper.
    internal static (SharedSleeper Sleeper, ulong Token) Join(NestedSleeper member, INestablePoller poller)
    {
        lock (Gate)
        {
            if (s_current is null)
            {
                var sleeper = new SharedSleeper(poller.CreateOneShotSet());
                sleeper.Start();
                s_current = sleeper;
            }
            // Never used again: an event of a former member must not be taken for one of a later.
            ulong token = ++s_lastToken;
            s_current._members.Add(token, member);
            return (s_current, token);
        }
    }

    /// <summary>Ends a membership; with the last one the thread ends. Any thread.</summary>
    /// <param name="token">The member's.</param>
    /// <param name="descriptor">What is watched for it; negative: the kernel has forgotten it already.</param>
    // Modelled in tests/models: sleeper.
    internal void Leave(ulong token, int descriptor)
    {
        lock (Gate)
        {
            if (!_members.Remove(token))
                return;
            if (descriptor >= 0)
                _set.Forget(descriptor);
            if (_members.Count > 0)
                return;
            s_current = null;
            try
            {
                _set.End();
            }
            catch (IOException)
            {
                // Something closed what ends its wait, and its set or the registration in it: no thread can end that wait.
            }
        }
    }

    /// <summary>For tests: what the sleeper waits with; null: there is none.</summary>
    internal static IOneShotSet? CurrentSet
    {
        get
        {
            lock (Gate)
                return s_current?._set;
        }
    }

    /// <summary>Whether it has given up: its members must join another one.</summary>
    internal bool IsOver => _isOver;

    /// <summary>
    /// Other code has closed the set's descriptor, so the set cannot be used any more. Each loop polls for itself, and joins another
    /// sleeper. Any thread, holding no lock.
    /// </summary>
    // Modelled in tests/models: sleeper.
    internal void GiveUp()
    {
        NestedSleeper[] members;
        lock (Gate)
        {
            if (_isOver)
                return;
            _isOver = true;
            if (s_current == this)
                s_current = null;
            members = [.. _members.Values];
            _members.Clear();
        }
        try
        {
            _set.End(); // the thread may still sleep in what was closed
        }
        catch (IOException)
        {
            // Then it does not.
        }
        foreach (var member in members)
            member.OnReady();
    }

    /// <summary>Watches a member's descriptor until it is ready once. Returns 0 or an errno.</summary>
    // Modelled in tests/models: sleeper.
    internal int Watch(int descriptor, ulong token) => _set.Watch(descriptor, token);

    private void Start()
    {
        try
        {
            // Without the caller's ExecutionContext, which it would keep alive.
            new Thread(Sleep) { IsBackground = true, Name = "IOLoop sleeper" }.UnsafeStart();
        }
        catch
        {
            _set.Dispose();
            throw;
        }
    }

    // Modelled in tests/models: sleeper.
    private void Sleep()
    {
        Span<ulong> tokens = stackalloc ulong[Room];
        var ready = new List<NestedSleeper>(Room);
        try
        {
            bool goesOn;
            do
            {
                goesOn = Wait(tokens, ready);
                Wake(ready);
            }
            while (goesOn && !_isOver);
        }
        catch (IOException)
        {
            GiveUp();
        }
        if (_isOver)
            _set.Abandon();
        else
            _set.Dispose();
    }

    // A method of its own: a local here would keep the loop that was woken last alive while the thread sleeps.
    private static void Wake(List<NestedSleeper> ready)
    {
        foreach (var member in ready)
            member.OnReady();
        ready.Clear();
    }

    /// <summary>
    /// Waits, and looks up whose descriptors are ready. A sleeper that has given up may have begun to wait with a number that is the
    /// current one's by now: what it finds there is for the members of that one.
    /// </summary>
    /// <returns>False: the last member has left.</returns>
    // Modelled in tests/models: sleeper.
    private bool Wait(Span<ulong> tokens, List<NestedSleeper> ready)
    {
        int count = _set.Wait(tokens);
        bool goesOn = true;
        lock (Gate)
        {
            var members = _isOver ? s_current?._members : _members;
            foreach (ulong token in tokens[..count])
            {
                if (token == IPoller.WakerToken)
                    goesOn = false;
                else if (members is not null && members.TryGetValue(token, out var member))
                    ready.Add(member);
            }
        }
        return goesOn;
    }
}
