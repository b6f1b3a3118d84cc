using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Avalonia.Threading;
using IOLoops;

/// <summary>What the sample shows, and checks. On the UI thread.</summary>
internal sealed class Demonstration(IOLoop loop, string parameters, bool isDeaf)
{
    private const string Channel = "orders";
    private const int Orders = 500;

    private readonly NotificationView _view = new();
    private bool _isRight = true;

    /// <summary>Whether all was as it should be.</summary>
    internal async Task<bool> RunAsync()
    {
        using var listener = await PostgresConnection.ConnectAsync(loop, parameters);
        using var sender = await PostgresConnection.ConnectAsync(loop, parameters);
        await ShowOrdersAsync(listener, sender);
        await SendMuchAsync(sender);
        await StayResponsiveAsync(sender);
        await FailAsync(sender);
        await GiveUpAsync();
        await EndWithCopyAsync();
        await DisposeInHandlerAsync(sender);
        return _isRight;
    }

    private async Task ShowOrdersAsync(PostgresConnection listener, PostgresConnection sender)
    {
        var orders = Enumerable.Range(0, Orders).Select(number => $"{number} {new string('€', number % 100)}").ToList();
        var allShown = new TaskCompletionSource();
        listener.Notified += notification =>
        {
            _view.Show(notification);
            if (_view.Children.Count == Orders)
                allShown.SetResult();
        };
        if (!isDeaf)
            await listener.ExecuteAsync($"LISTEN {Channel}");
        await Task.WhenAll(orders.Select(order => sender.ExecuteAsync("SELECT pg_notify($1, $2)", Channel, order)));
        await Task.WhenAny(allShown.Task, Task.Delay(TimeSpan.FromSeconds(isDeaf ? 1 : 90), loop.TimeProvider));
        Tell(_view.Lines.SequenceEqual(orders.Select(order => $"{Channel}: {order}")), $"{_view.Children.Count} of {Orders} notifications are shown, in order");
    }

    // More than the system takes at once: the rest is written when the socket is writable.
    private async Task SendMuchAsync(PostgresConnection sender)
    {
        const int Length = 20_000_000;
        string? length = await sender.ExecuteAsync("SELECT length($1)", new string('x', Length));
        Tell(length == $"{Length}", $"a command of {Length:N0} characters has arrived");
    }

    // The result comes in parts: a client that asked libpq for it after the first one would block until the last.
    private async Task StayResponsiveAsync(PostgresConnection sender)
    {
        bool isResponsive = false;
        for (int attempt = 0; attempt < 5 && !isResponsive; attempt++) // a machine that is busy otherwise may make the timer wait, too
            isResponsive = await TicksDuringResultAsync(sender);
        Tell(isResponsive, "the user interface's timer ticks while a result comes, for two seconds");
    }

    private static async Task<bool> TicksDuringResultAsync(PostgresConnection sender)
    {
        long began = Stopwatch.GetTimestamp();
        long last = began;
        var longest = TimeSpan.Zero;
        void Tick()
        {
            longest = TimeSpan.FromTicks(Math.Max(longest.Ticks, Stopwatch.GetElapsedTime(last).Ticks));
            last = Stopwatch.GetTimestamp();
        }
        var timer = new DispatcherTimer(TimeSpan.FromMilliseconds(20), DispatcherPriority.Background, (_, _) => Tick());
        timer.Start();
        await sender.ExecuteAsync("SELECT repeat('x', 10000), pg_sleep(0.1) FROM generate_series(1, 20)");
        timer.Stop();
        Tick();
        return longest < Stopwatch.GetElapsedTime(began) / 2;
    }

    private async Task FailAsync(PostgresConnection sender)
    {
        string failure = "";
        try
        {
            await sender.ExecuteAsync("SELECT 1 / $1::int", "0");
        }
        catch (PostgresException exception)
        {
            failure = exception.Message;
        }
        Tell(failure.Contains("division by zero") && await sender.ExecuteAsync("SELECT 1") == "1", $"a command that fails: {failure}");
    }

    private async Task GiveUpAsync()
    {
        using var silent = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        silent.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        silent.Listen();
        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(200), loop.TimeProvider);
        bool isGivenUp = false;
        try
        {
            using var _ = await PostgresConnection.ConnectAsync(loop, $"hostaddr=127.0.0.1 port={((IPEndPoint)silent.LocalEndPoint!).Port}", limit.Token);
        }
        catch (OperationCanceledException)
        {
            isGivenUp = true;
        }
        Tell(isGivenUp, "a server that does not answer is given up");
    }

    // COPY needs a protocol that this client does not have. Nothing else can be executed behind it.
    private async Task EndWithCopyAsync()
    {
        bool isRight = true;
        foreach (string copy in new[] { "COPY (SELECT 1) TO STDOUT", "COPY numbers FROM STDIN" })
        {
            using var connection = await PostgresConnection.ConnectAsync(loop, parameters);
            await connection.ExecuteAsync("CREATE TEMP TABLE numbers (number int)");
            Task<string?>[] commands = [connection.ExecuteAsync(copy), connection.ExecuteAsync("SELECT 1")];
            foreach (var command in commands)
                isRight &= await FailureOfAsync(command) is PostgresException failure && failure.Message.StartsWith("COPY", StringComparison.Ordinal);
            isRight &= connection.Lost.IsCompletedSuccessfully;
        }
        Tell(isRight, "COPY ends the connection, and says so");
    }

    // A handler may dispose of the connection, and its owner does so again.
    private async Task DisposeInHandlerAsync(PostgresConnection sender)
    {
        using var connection = await PostgresConnection.ConnectAsync(loop, parameters);
        int heard = 0;
        connection.Notified += _ =>
        {
            heard++;
            connection.Dispose();
        };
        await connection.ExecuteAsync("LISTEN endings");
        var lost = connection.Lost;
        await sender.ExecuteAsync("SELECT pg_notify('endings', number::text) FROM generate_series(1, 3) number");
        bool isLost = await FailureOfAsync(lost.WaitAsync(TimeSpan.FromSeconds(60), loop.TimeProvider)) is null;
        connection.Dispose();
        bool isRefused = await FailureOfAsync(Execute()) is ObjectDisposedException;
        Tell(isLost && isRefused && heard == 1, "a handler disposes of the connection: no further notification comes, and commands are refused");

        async Task Execute() => await connection.ExecuteAsync("SELECT 1");
    }

    private static async Task<Exception?> FailureOfAsync(Task task)
    {
        try
        {
            await task;
            return null;
        }
        catch (Exception exception)
        {
            return exception;
        }
    }

    private void Tell(bool isRight, string what)
    {
        Console.WriteLine(isRight ? what : $"WRONG: {what}");
        _isRight &= isRight;
    }
}
