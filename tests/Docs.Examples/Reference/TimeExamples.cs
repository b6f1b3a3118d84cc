namespace IOLoops.DocsExamples.Reference;

/// <summary>Timeouts and periodic calls.</summary>
public static class TimeExamples
{
    public static void At(IOLoop loop)
    {
        LoopTime deadline = loop.Time + TimeSpan.FromMilliseconds(10);
        loop.CallAt(deadline, () => Console.WriteLine("first"));
        loop.CallAt(deadline, () => Console.WriteLine("second"));   // equal times: in the order of the calls
    }

    public static void Later(IOLoop loop, Task answer)
    {
        TimeoutHandle limit = loop.CallLater(TimeSpan.FromSeconds(30), () => Console.WriteLine("no answer"));
        loop.AddFuture(answer, _ => loop.RemoveTimeout(limit));     // the answer is there: the timeout never runs
    }

    public static async Task PeriodicallyAsync(IOLoop loop, Action flush, Task end)
    {
        using var flushing = new PeriodicCallback(flush, TimeSpan.FromMilliseconds(5), loop);
        flushing.Start();                                           // the first call is one period from now
        await end;
    }

    public static async Task<int> WithALimitAsync(IOLoop loop, Stream stream, byte[] buffer)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10), loop.TimeProvider);   // by the loop's clock
        return await stream.ReadAsync(buffer, limit.Token);
    }
}
