namespace IOLoops.VsThreading;

/// <summary>What stands between the loop's joinable task and the main thread's SynchronizationContext.</summary>
/// <remarks>
/// vs-threading queues each piece of work twice: with its task, for a blocked thread that the task is joined to, and in the
/// context of the main thread. What the first executes stays in the second until that is pumped: one entry for each turn of a
/// loop that a blocked main thread runs for hours. So the context gets one message at a time from here, which executes what
/// is queued here, and what has been executed is taken out here. (Seldom another one, which does
/// nothing unless the one before it has been dropped: see <see cref="MustAsk"/>.)
/// </remarks>
internal sealed partial class JoinableTaskHost
{
    private const long FirstPatience = 100; // milliseconds
    private const int MostDoublings = 30;

    [ThreadStatic]
    private static PostedTurn? t_posting;

    private readonly Queue<(SendOrPostCallback Execute, object Work, PostedTurn Posted)> _queue = []; // guarded by _gate
    private bool _isMessagePosted; // guarded by _gate; to the main thread's context
    private int _message;          // guarded by _gate; counts those messages
    private int _asked;            // guarded by _gate; how often the context was asked while the message was on its way
    private int _askedAbout;       // guarded by _gate; that message
    private long _askedAt;         // guarded by _gate; in milliseconds
    private bool _isPumped;        // the main thread alone; what is executed next was not found by a blocked thread

    /// <summary>Notes what is posted while this lasts: <see cref="Enqueue"/> is called inside, by vs-threading.</summary>
    internal static Posting Note(PostedTurn posted)
    {
        var posting = new Posting(t_posting);
        t_posting = posted;
        return posting;
    }

    /// <summary>The loop's task is on the main thread.</summary>
    internal void NoteArrival(PostedTurn posted)
    {
        lock (_gate)
            posted.HasCome = true;
    }

    /// <summary>Work of the loop's task for the context of the main thread.</summary>
    /// <returns>Whether the caller must post a message that calls <see cref="RunQueue"/>.</returns>
    internal bool Enqueue(SendOrPostCallback execute, object work)
    {
        lock (_gate)
        {
            if (_isClosed)
                return false;
            TakeOutWhatHasCome();
            _queue.Enqueue((execute, work, t_posting ?? new PostedTurn(this)));
            if (_isMessagePosted)
                return false;
            _isMessagePosted = true;
            _message++;
            _asked = 0;
            return true;
        }
    }

    /// <summary>
    /// Under the gate, for what is posted while a turn is: by which the loop asks whether the main thread still takes anything. A
    /// context that has dropped the message that is on its way, and refuses others, would not be asked; one whose thread merely
    /// is busy for hours must not be sent one each time. So each question waits twice as long as the one before it.
    /// </summary>
    /// <returns>Whether the caller must post a message that calls <see cref="Answer"/>.</returns>
    private bool MustAsk()
    {
        long now = Environment.TickCount64;
        if (!_isMessagePosted || (_asked > 0 && now - _askedAt < FirstPatience << Math.Min(_asked - 1, MostDoublings)))
            return false;
        _asked++;
        _askedAbout = _message;
        _askedAt = now;
        return true;
    }

    /// <summary>A question has come through. The message before it has, too, as a rule; else it takes the place of that.</summary>
    internal void Answer()
    {
        lock (_gate)
        {
            if (!_isMessagePosted || _message != _askedAbout)
                return;
        }
        RunQueue();
    }

    /// <summary>The message was refused. vs-threading would end the process if the failure were thrown here.</summary>
    internal void NoteFailure(Exception failure)
    {
        lock (_gate)
        {
            _isMessagePosted = false;
            _failure = failure;
        }
    }

    /// <summary>The message: executes what is queued by now. What that posts waits for the next.</summary>
    internal void RunQueue()
    {
        int count;
        lock (_gate)
        {
            _isMessagePosted = false;
            count = _queue.Count;
        }
        for (; count > 0; count--)
        {
            (SendOrPostCallback Execute, object Work, PostedTurn Posted) next;
            lock (_gate)
            {
                if (!_queue.TryDequeue(out next))
                    return;
            }
            _isPumped = true;
            next.Execute(next.Work); // does nothing when it was executed already
            _isPumped = false;
            lock (_gate)
            {
                if (next.Posted.HasCome)
                    Return(next.Posted);
            }
        }
    }

    /// <summary>Under the gate. There are few: only those stay that no thread has executed yet.</summary>
    private void TakeOutWhatHasCome()
    {
        for (int count = _queue.Count; count > 0; count--)
        {
            var queued = _queue.Dequeue();
            if (queued.Posted.HasCome)
                Return(queued.Posted);
            else
                _queue.Enqueue(queued);
        }
    }

    internal readonly struct Posting(PostedTurn? outer) : IDisposable
    {
        public void Dispose() => t_posting = outer;
    }
}
