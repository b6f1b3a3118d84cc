using IOLoops.Sources;

namespace IOLoops.Samples;

/// <summary>GLib is the guest: sources of a GMainContext are called in turns of a native loop.</summary>
internal static class GLibInLoop
{
    internal static void Run(Checks checks)
    {
        using var loop = new PollIOLoop();
        using var context = MainContext.Create();
        using var guest = new GuestContext(loop, context);
        var (reader, writer) = LoopStream.CreatePipe(loop);
        var sources = new List<Source>();
        int left = 3;
        void Done(string what)
        {
            checks.Here($"GLib in a loop: {what}");
            if (--left == 0)
                loop.Stop();
        }

        sources.Add(Source.Once(context, 0, LibGLib.g_get_monotonic_time() + 20_000, () => Done("a GLib timer")));
        sources.Add(Source.Readable(context, 0, (int)reader.Descriptor.Number, () =>
        {
            sources[1].Dispose();
            Done("a descriptor that GLib watches");
        }));
        ThreadPool.UnsafeQueueUserWorkItem(_ => Source.Once(context, 0, 0, () => Done("a source that another thread has attached")), null);
        loop.AddCallback(async () => await writer.WriteAsync(new byte[1]));
        loop.Start();

        sources.ForEach(source => source.Dispose());
        reader.Dispose();
        writer.Dispose();
    }
}
