namespace IOLoops.Samples;

/// <summary>A native loop is the guest of GLib, which watches its descriptor.</summary>
internal static class LoopDrivenByGLib
{
    internal static void Run(Checks checks)
    {
        using var main = new MainLoop(MainContext.Default);
        using var loop = new PollIOLoop();
        using var driven = new DrivenLoop(loop, MainContext.Default);
        int left = 3;
        void Done(string what)
        {
            checks.Here($"GLib drives a loop: {what}");
            if (--left == 0)
                main.Quit();
        }
        loop.AddCallback(() => Done("a callback"));
        loop.CallLater(TimeSpan.FromMilliseconds(20), () => Done("a timeout"));
        ThreadPool.UnsafeQueueUserWorkItem(_ => loop.AddCallback(() => Done("a callback from another thread")), null);
        main.Run();
    }
}
