using IOLoops;

/// <summary>A connection of libpq's on a loop. It never blocks; COPY ends it. All members: the loop's thread.</summary>
internal sealed class PostgresConnection : IDisposable
{
    private readonly IOLoop _loop;
    private readonly nint _connection;
    private readonly Queue<PostgresCommand> _waiting = [];
    private readonly TaskCompletionSource<PostgresException> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private PostgresCommand? _current;
    private int _socket = -1;
    private IOEvents _interest = IOEvents.Read;
    private bool _isDisposed;

    private PostgresConnection(IOLoop loop, string parameters)
    {
        _loop = loop;
        _connection = Libpq.PQconnectStart(parameters);
    }

    /// <summary>What another client has sent to a channel that this one listens to.</summary>
    internal event Action<Notification>? Notified;

    /// <summary>Ends, with the reason, when the connection is lost or disposed of.</summary>
    internal Task<PostgresException> Lost => _lost.Task;

    /// <param name="loop">Where to wait.</param>
    /// <param name="parameters">As libpq has them: <c>host=… dbname=…</c>. libpq ignores <c>connect_timeout</c> here.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    internal static async Task<PostgresConnection> ConnectAsync(IOLoop loop, string parameters, CancellationToken cancellationToken = default)
    {
        var connection = new PostgresConnection(loop, parameters);
        try
        {
            await connection.ConnectAsync(cancellationToken);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private async Task ConnectAsync(CancellationToken cancellationToken)
    {
        if (Libpq.PQstatus(_connection) == Libpq.ConnectionBad)
            throw Libpq.Failure(_connection);
        int state = Libpq.PollingWriting; // what libpq waits for at first
        while (state is Libpq.PollingReading or Libpq.PollingWriting)
        {
            // Asked for each time: libpq may have tried another address, over another socket.
            await _loop.WaitAsync(Libpq.PQsocket(_connection), state == Libpq.PollingWriting ? IOEvents.Write : IOEvents.Read, cancellationToken);
            state = Libpq.PQconnectPoll(_connection);
        }
        if (state != Libpq.PollingOk || Libpq.PQsetnonblocking(_connection, 1) != 0)
            throw Libpq.Failure(_connection);
        _socket = Libpq.PQsocket(_connection);
        _loop.AddHandler(_socket, (_, _) => OnReady(), _interest);
    }

    /// <summary>Executes a command, after those before it. The first value of its result, or null.</summary>
    /// <param name="command">One command; <c>$1</c> and so on stand for the arguments.</param>
    /// <param name="arguments">Text that is passed as it is: nothing needs to be quoted.</param>
    /// <exception cref="ObjectDisposedException">The connection is disposed of.</exception>
    internal Task<string?> ExecuteAsync(string command, params string[] arguments)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (Lost.IsCompleted)
            return Task.FromException<string?>(Lost.Result);
        var added = new PostgresCommand(command, arguments);
        _waiting.Enqueue(added);
        BeginNext();
        return added.Task;
    }

    private void OnReady()
    {
        bool isAlive = Libpq.PQconsumeInput(_connection) != 0;
        while (_current is not null && Libpq.PQisBusy(_connection) == 0)
            TakeResult(_current);
        var notifications = Libpq.TakeNotifications(_connection); // they stay in libpq until they are taken, readable or not
        if (!isAlive)
        {
            Lose(Libpq.Failure(_connection));
        }
        else if (!Lost.IsCompleted)
        {
            Flush();
            BeginNext();
        }
        foreach (var notification in notifications)
        {
            if (!_isDisposed) // a handler may dispose of the connection
                Notified?.Invoke(notification);
        }
    }

    private void TakeResult(PostgresCommand command)
    {
        nint result = Libpq.PQgetResult(_connection);
        if (result == 0)
        {
            _current = null;
            command.End();
            return;
        }
        bool isCopy = Libpq.IsCopy(result);
        if (!isCopy)
            (command.Value, command.Failure) = Libpq.Read(result);
        Libpq.PQclear(result);
        if (isCopy) // libpq would answer the same until the data has been copied
            Lose(new PostgresException("COPY from or to the client is not supported. The connection cannot be used any more."));
    }

    private void BeginNext()
    {
        if (_current is not null || !_waiting.TryDequeue(out _current))
            return;
        if (Libpq.Send(_connection, _current.Text, _current.Arguments))
            Flush();
        else
            Lose(Libpq.Failure(_connection));
    }

    // What the system does not take at once libpq keeps: then it must be called when the socket takes more, or has something to read.
    private void Flush()
    {
        int left = Libpq.PQflush(_connection);
        if (left < 0)
            Lose(Libpq.Failure(_connection));
        else
            Watch(left == 0 ? IOEvents.Read : IOEvents.Read | IOEvents.Write);
    }

    private void Watch(IOEvents interest)
    {
        if (interest == _interest)
            return;
        _loop.UpdateHandler(_socket, interest);
        _interest = interest;
    }

    // A socket that has hung up is always ready: the handler must go.
    private void Lose(PostgresException failure)
    {
        StopWatching();
        EndCommands(failure);
        _lost.TrySetResult(failure);
    }

    private void EndCommands(PostgresException failure)
    {
        for (var command = _current; command is not null || _waiting.TryDequeue(out command); command = null)
        {
            command.Failure = failure;
            command.End();
        }
        _current = null;
    }

    private void StopWatching()
    {
        if (_socket >= 0)
            _loop.RemoveHandler(_socket);
        _socket = -1;
    }

    public void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        Lose(new PostgresException("The connection was disposed of.")); // removes the handler before libpq closes the socket
        Libpq.PQfinish(_connection);
    }
}
