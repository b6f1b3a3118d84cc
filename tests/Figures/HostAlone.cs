using System.Reactive.Concurrency;
using System.Reactive.Disposables;

namespace Figures;

/// <summary>What a scheduler itself takes for an item, without a loop: an item that schedules itself.</summary>
internal static class HostAlone
{
    private const string Figure = "an item that schedules itself";

    internal static void Measure(string kind, IScheduler scheduler)
    {
        var ended = new TaskCompletionSource();
        object item = new();
        int calls = 0;
        long before = 0;
        Func<IScheduler, object, IDisposable> again = null!;
        again = (self, state) =>
        {
            int measured = calls++ - Measurement.WarmUp;
            if (measured > 0 && measured % Measurement.Operations == 0)
            {
                long bytes = GC.GetAllocatedBytesForCurrentThread() - before;
                Mark.End(kind, Figure, "loop", Measurement.Operations);
                Mark.Allocated(kind, Figure, "loop", bytes, Measurement.Operations);
            }
            if (measured == Measurement.Batches * Measurement.Operations)
            {
                ended.SetResult();
                return Disposable.Empty;
            }
            if (measured >= 0 && measured % Measurement.Operations == 0)
            {
                Mark.Begin(kind, Figure, "loop", Libc.gettid());
                before = GC.GetAllocatedBytesForCurrentThread();
            }
            self.Schedule(state, again);
            return Disposable.Empty;
        };
        scheduler.Schedule(item, again);
        Bounded.Wait(ended.Task, Figure);
    }
}
