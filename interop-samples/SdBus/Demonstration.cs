namespace IOLoops.Samples;

/// <summary>Two connections to one bus, on one loop: a service and its client.</summary>
internal sealed class Demonstration(IOLoop loop, Checks checks, bool corrupts)
{
    private const string Name = "org.example.Words";
    private const string Path = "/org/example/Words";
    private const string Disconnected = "org.freedesktop.DBus.Error.Disconnected";
    private const int Calls = 1_000;
    private const int Large = 20 << 20;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    internal async Task RunAsync()
    {
        await using var bus = await PrivateBus.StartAsync(loop);
        using var service = new BusConnection(loop, bus.Address);
        using var client = new BusConnection(loop, bus.Address);

        service.Serve(Path, call => Answer(service, call));
        await service.RequestNameAsync(Name);
        var heard = new List<string>();
        var large = new TaskCompletionSource<string>();
        await client.SubscribeAsync(Path, Name, "Said", signal => heard.Add(signal.ReadString()));
        await client.SubscribeAsync(Path, Name, "Large", signal => large.SetResult(signal.ReadString()));

        checks.That("a method is called, and answers", await CallAsync(client, "Upper", "hello") == "HELLO");
        checks.That("its signal arrives, before the answer that was sent behind it", heard is ["hello"]);
        await CallManyAsync(client);
        service.Emit(Path, Name, "Large", new string('x', Large)); // more than any socket's buffer takes, and no answer calls sd-bus again
        checks.That($"a signal of {Large >> 20} MB", (await large.Task.WaitAsync(Patience)).Length == Large);
        await CheckErrorsAsync(client);
        await CheckExceptionsAsync(client, service);
        await CheckOwnEndAsync(bus);
        await CheckEndAsync(bus, client, service);
    }

    private bool Answer(BusConnection service, BusMessage call)
    {
        if (call.IsCall(Name, "Upper"))
        {
            string word = call.ReadString();
            service.Emit(Path, Name, "Said", word);
            service.Reply(call, corrupts ? word : word.ToUpperInvariant());
            return true;
        }
        if (call.IsCall(Name, "Break"))
            throw new InvalidOperationException("on purpose");
        return call.IsCall(Name, "Sleep"); // is taken, and never answered
    }

    private static Task<string> CallAsync(BusConnection client, string method, string argument) =>
        client.CallAsync(Name, Path, Name, method, argument, Patience);

    private async Task CallManyAsync(BusConnection client)
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, Calls).Select(i => CallAsync(client, "Upper", $"word {i}")));
        checks.That($"{Calls} calls at once", answers.Index().All(answer => answer.Item == $"WORD {answer.Index}"));
    }

    private async Task CheckErrorsAsync(BusConnection client)
    {
        checks.That("a name that another connection has", await ErrorOfAsync(client.RequestNameAsync(Name)) is not null);
        checks.That("a method that does not exist", await ErrorOfAsync(CallAsync(client, "Lower", "x")) == "org.freedesktop.DBus.Error.UnknownMethod");
        int wakeups = client.Wakeups;
        var late = client.CallAsync(Name, Path, Name, "Sleep", "x", TimeSpan.FromMilliseconds(100));
        checks.That("a method that does not answer in time", await ErrorOfAsync(late) == "org.freedesktop.DBus.Error.NoReply");
        checks.That("the loop slept meanwhile", client.Wakeups - wakeups is > 0 and < 10); // a timer may come a microsecond early, and again
    }

    private async Task CheckExceptionsAsync(BusConnection client, BusConnection service)
    {
        int failures = 0, heard = 0;
        EventHandler<CallbackExceptionEventArgs> count = (_, failure) =>
        {
            failures += failure.Exception.Message == "on purpose" ? 1 : 0;
            failure.Handled = true;
        };
        loop.CallbackException += count;
        await client.SubscribeAsync(Path, Name, "Broken", _ => heard++);
        await client.SubscribeAsync(Path, Name, "Broken", static _ => throw new InvalidOperationException("on purpose"));
        await client.SubscribeAsync(Path, Name, "Broken", _ => heard++); // sd-bus calls the last one first
        service.Emit(Path, Name, "Broken", "x");
        checks.That("a method that throws is answered with an error", await ErrorOfAsync(CallAsync(client, "Break", "x")) is not null);
        checks.That("a subscriber that throws keeps a signal from no other one", heard == 2);
        checks.That("both exceptions are failures of the loop", failures == 2);
        loop.CallbackException -= count;
    }

    private async Task CheckOwnEndAsync(PrivateBus bus)
    {
        var connection = new BusConnection(loop, bus.Address);
        var pending = ErrorOfAsync(CallAsync(connection, "Sleep", "x"));
        connection.Dispose();
        checks.That("a call fails when its own side closes", await pending.WaitAsync(Patience) == Disconnected);
    }

    private async Task CheckEndAsync(PrivateBus bus, BusConnection client, BusConnection service)
    {
        var pending = ErrorOfAsync(CallAsync(client, "Sleep", "x"));
        await bus.DisposeAsync();
        await Task.WhenAll(client.Ended, service.Ended).WaitAsync(Patience);
        checks.That("the bus has ended: both connections notice it", client.Ended.IsCompleted && service.Ended.IsCompleted);
        checks.That("and a call without an answer fails", await pending.WaitAsync(Patience) is not null);
        checks.That("a call after the end fails in the same way", await ErrorOfAsync(CallAsync(client, "Upper", "x")) == Disconnected);
    }

    private static async Task<string?> ErrorOfAsync(Task call)
    {
        try
        {
            await call;
            return null;
        }
        catch (BusException exception)
        {
            return exception.Name;
        }
    }
}
