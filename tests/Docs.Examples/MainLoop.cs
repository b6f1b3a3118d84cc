namespace IOLoops.DocsExamples;

/// <summary>A main loop that has no SynchronizationContext.</summary>
public static class MainLoop
{
    public static void Run(Func<IOLoop, bool> iterate)
    {
        var context = new PumpedSynchronizationContext();         // on the main loop's thread
        var loop = SynchronizationContextIOLoop.Attach(context);
        while (iterate(loop))                                     // the main loop: input, drawing, ...
            context.RunPosted(TimeSpan.FromMilliseconds(10));     // once per iteration: turns for at most 10 ms
        loop.Stop();
        loop.Close();
    }
}
