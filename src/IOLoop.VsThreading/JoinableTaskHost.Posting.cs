namespace IOLoops.VsThreading;

/// <summary>Posting turns, as work of the loop's joinable task.</summary>
internal sealed partial class JoinableTaskHost
{
    private const int LongestChain = 100;

    private PostedTurn? _spare; // guarded by _gate
    private Exception? _failure; // guarded by _gate; of a post to the main thread's context; not reported yet
    private bool _isTurnPumped; // the main thread alone; whether no blocked one has executed the turn that came last
    private int _chain;         // the main thread alone; how many turns were executed by a blocked one in a row

    public void Post(Action turn)
    {
        if (!_mainThread.IsAlive)
            throw new InvalidOperationException("The main thread of the JoinableTaskContext has ended.");
        TurnTask task;
        PostedTurn posted;
        bool begins;
        bool asks;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            begins = _task is null;
            task = _task ??= new TurnTask(_factory, this);
            posted = Rent(turn);
            asks = _posted++ > 0 && MustAsk();
        }
        try
        {
            if (begins)
                task.Begin(_loops);
            _membership.Update(this); // before the turn is posted: a thread that has joined the factory's collection is to find it
            task.Post(posted);
        }
        catch
        {
            // By a task that has not reached the main thread: the next run needs another one, whichever thread learns first of the failure.
            lock (_gate)
                _isLost = true;
            throw;
        }
        if (asks)
            _factory.Ask();
        if (TakeFailure() is { } failure)
            throw new InvalidOperationException(failure.Message, failure);
    }

    /// <summary>
    /// Whether a message of the main thread has brought the turn: then it may have others, which cannot be seen here. A thread
    /// that is blocked in JoinableTaskFactory.Run has none that it could run.
    /// </summary>
    public bool HasOtherWork => _isTurnPumped;

    /// <summary>
    /// Behind a pause: what waits then is run. The turn is the loop's task's meanwhile, as one that is posted is. Why no turn is lost:
    /// it is counted as posted here, and <see cref="PostAgain"/> posts it or reports why not.
    /// </summary>
    public void PostBehind(Action turn)
    {
        TurnTask task;
        PostedTurn posted;
        bool begins;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            begins = _task is null; // another thread has ended the run meanwhile: the next one relies on this turn
            task = _task ??= new TurnTask(_factory, this);
            posted = Rent(turn);
            _posted++;
        }
        if (begins)
            task.Begin(_loops);
        _membership.Update(this);
        TurnPoster.Post(posted, pauses: true);
    }

    /// <summary>What was posted has reached the main thread.</summary>
    internal void Run(PostedTurn posted)
    {
        var turn = posted.Turn!; // now: it is used again as soon as it has come
        if (!IsOnHostThread)
        {
            Lose(new InvalidOperationException("The SynchronizationContext of the JoinableTaskContext runs what is posted on another thread than its main thread."));
            return;
        }
        PostedTurn? again = null;
        bool isOuterPumped = _isTurnPumped;
        bool isPumped = _isPumped;
        bool stepsAside = StepsAside();
        lock (_gate)
        {
            posted.HasCome = true;
            if (posted.Epoch != _epoch)
                return; // of a run that was lost, and not counted any more
            if (stepsAside)
                again = Rent(turn);
            else
                _posted--;
        }
        _membership.Update(this);
        if (again is not null)
        {
            TurnPoster.Post(again);
            return;
        }
        _isTurnPumped = isPumped;
        turn();
        _isTurnPumped = isOuterPumped; // of the turn in which this one was nested
        EndIfOver();
    }

    /// <summary>
    /// A blocked thread executes the work of one task until that has none, and that of a busy loop always has: others that have
    /// joined the same wait would starve. So now and then a turn lets it find nothing of the loop for an instant.
    /// </summary>
    private bool StepsAside()
    {
        bool isPumped = _isPumped;
        _isPumped = false; // a turn inside this one is another matter
        if (!isPumped && ++_chain <= LongestChain)
            return false;
        _chain = 0;
        return !isPumped;
    }

    /// <summary>A turn that has stepped aside. Any thread.</summary>
    internal void PostAgain(PostedTurn posted)
    {
        TurnTask? task;
        lock (_gate)
            task = _task;
        Exception? failure = null;
        try
        {
            task?.Post(posted); // null: the run was lost, or the loop closed
        }
        catch (Exception exception)
        {
            failure = exception; // by what the application's factory overrides; elsewhere Post throws it to the loop
        }
        ReportIfFailed(failure);
    }

    /// <summary>Early turns were posted, or the main thread was not reached.</summary>
    internal void ReportIfFailed(Exception? failure)
    {
        failure = TakeFailure() ?? failure;
        if (failure is not null)
            Lose(failure);
    }

    private Exception? TakeFailure()
    {
        lock (_gate)
        {
            var failure = _failure;
            _failure = null;
            _isLost |= failure is not null;
            return failure;
        }
    }

    /// <summary>The application's factory has thrown where it must not. Any thread, holding nothing.</summary>
    /// <param name="member">Where.</param>
    /// <param name="failure">What it threw.</param>
    /// <param name="epoch">When that call began: a run that has begun since, behind a loss, is not the one that it was for.</param>
    internal void LoseBy(string member, Exception failure, int epoch) => Lose(
        new InvalidOperationException(
            $"{member} of the JoinableTaskFactory threw {failure.GetType().Name}: {failure.Message} The loop's turns cannot rely on such a factory: catch the exception in the override.",
            failure),
        epoch);

    private void Lose(Exception failure, int? epoch = null)
    {
        lock (_gate)
        {
            if (epoch is { } begun && begun != _epoch)
                return;
            _isLost = true;
        }
        OnLost(failure);
        EndIfOver(); // the run may have ended before this was known
    }

    /// <summary>Under the gate.</summary>
    private PostedTurn Rent(Action turn)
    {
        var posted = _spare ?? new PostedTurn(this);
        _spare = posted.Next;
        posted.Next = null;
        posted.Turn = turn;
        posted.Epoch = _epoch;
        posted.HasCome = false;
        return posted;
    }

    /// <summary>Under the gate, once: it has come, and nothing that leads to it is queued.</summary>
    private void Return(PostedTurn posted)
    {
        posted.Turn = null;
        posted.Next = _spare;
        _spare = posted;
    }
}
