namespace IOLoops.Tests.Diagnostics;

/// <summary>The ways in which something that blocks comes to run on a loop, each of which the library wraps in its own manner.</summary>
internal static class StallWays
{
    internal static IReadOnlyDictionary<string, Action<IOLoop, Action>> All { get; } = new Dictionary<string, Action<IOLoop, Action>>
    {
        ["RunSync"] = static (loop, block) => loop.RunSync(() => block()),
        ["RunSync of a function"] = static (loop, block) => loop.RunSync(() => Returning(block)),
        ["RunSync of a method with a task"] = static (loop, block) => loop.RunSync(() => Ended(block)),
        ["InvokeAsync"] = static (loop, block) => _ = loop.InvokeAsync(() => block()),
        ["PeriodicCallback"] = static (loop, block) => new PeriodicCallback(() => block(), TimeSpan.FromMilliseconds(1), loop).Start(),
        ["PeriodicCallback with a task"] =
            static (loop, block) => new PeriodicCallback(() => Ended(block), TimeSpan.FromMilliseconds(1), loop).Start(),
        ["TaskScheduler"] = static (loop, block) =>
            _ = Task.Factory.StartNew(() => block(), CancellationToken.None, TaskCreationOptions.None, loop.TaskScheduler),
        ["timer"] = static (loop, block) => _ = loop.TimeProvider.CreateTimer(_ => block(), null, TimeSpan.Zero, Timeout.InfiniteTimeSpan),
        ["Send"] = static (loop, block) => Send(loop, block),
        ["Post"] = static (loop, block) => loop.SynchronizationContext.Post(_ => block(), null),
        ["AddFuture"] = static (loop, block) => loop.AddFuture(Task.CompletedTask, _ => block()),
    };

    private static int Returning(Action block)
    {
        block();
        return 1;
    }

    private static Task Ended(Action block)
    {
        block();
        return Task.CompletedTask;
    }

    private static void Send(IOLoop loop, Action block) =>
        new Thread(() => loop.SynchronizationContext.Send(_ => block(), null)) { IsBackground = true }.Start();
}
