using Avalonia.Threading;
using IOLoops;

// Notifications of a PostgreSQL server on a UI thread. The parameters are those of libpq: "host=... dbname=...".
// --deaf: does not listen, so that none comes. --listen CHANNEL: shows what others send, until the connection is lost.
bool isDeaf = args is ["--deaf", _];
string? channel = args is ["--listen", _, _] ? args[1] : null;
if (!isDeaf && channel is null && (args.Length != 1 || args[0].StartsWith('-')))
{
    Console.Error.WriteLine("usage: Postgres [--deaf | --listen CHANNEL] PARAMETERS");
    return 2;
}
return UserInterface.Run(RunAsync);

async Task<int> RunAsync()
{
    // Behind the user interface's own work: input and painting come first.
    await using var loop = SynchronizationContextIOLoop.Attach(new AvaloniaSynchronizationContext(DispatcherPriority.Background));
    await loop.SwitchTo(); // this context is not the current one, so the loop learns its thread in its first turn
    try
    {
        if (channel is not null)
            return await ListenAsync(loop, channel);
        return await new Demonstration(loop, args[^1], isDeaf).RunAsync() ? 0 : 1;
    }
    catch (DllNotFoundException)
    {
        Console.Error.WriteLine("There is no libpq.so.5. On Debian it is in the package libpq5.");
        return 2;
    }
    catch (PostgresException failure)
    {
        Console.Error.WriteLine(failure.Message.ReplaceLineEndings(" "));
        return 1;
    }
}

async Task<int> ListenAsync(IOLoop loop, string name)
{
    using var connection = await PostgresConnection.ConnectAsync(loop, args[^1]);
    connection.Notified += notification => Console.WriteLine($"{notification.Channel}: {notification.Payload}");
    await connection.ExecuteAsync($"LISTEN \"{name.Replace("\"", "\"\"")}\"");
    Console.WriteLine("listening");
    Console.WriteLine($"lost: {(await connection.Lost).Message.ReplaceLineEndings(" ")}");
    return 0;
}
