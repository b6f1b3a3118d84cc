using IOLoops.Conformance;
using Microsoft.VisualStudio.Threading;
using Shouldly;
using Xunit;

namespace IOLoops.VsThreading.Tests.Stress;

/// <summary>A main thread blocked in Run for data that another thread writes, three levels deep, again and again.</summary>
[Collection(nameof(Alone))]
public sealed class NestedRunStress : JoinableTaskHarness
{
    private const int Depth = 3;
    private const int Iterations = 1_000;

    private readonly List<int> _order = [];
    private readonly List<EventFd> _levels = [];

    [Fact]
    public void Run_in_a_handler_in_Run_in_a_handler_in_Run_neither_hangs_nor_mixes_up_the_order()
    {
        for (int level = 0; level < Depth; level++)
            _levels.Add(NewEventFd());
        using var writes = new SemaphoreSlim(0);
        int next = 0;
        bool over = false;
        var writer = OtherThread.Start(() =>
        {
            while (true)
            {
                writes.Wait(Patience).ShouldBeTrue();
                if (Volatile.Read(ref over))
                    return;
                _levels[Volatile.Read(ref next)].Signal();
            }
        });
        for (int i = 0; i < Iterations; i++)
        {
            _order.Clear();
            OnMain($"iteration {i}", () => Await(0, level =>
            {
                Volatile.Write(ref next, level);
                writes.Release();
            }));
            // The handler of the innermost level ends first, as calls do; each has begun before the next.
            _order.ShouldBe([1, 2, 3, -3, -2, -1]);
        }
        Volatile.Write(ref over, true);
        writes.Release();
        writer.Join();
    }

    private void Await(int level, Action<int> write)
    {
        var read = new TaskCompletionSource();
        Loop.AddHandler(
            _levels[level].Number,
            (fd, _) =>
            {
                Thread.CurrentThread.ShouldBe(Main.Thread);
                Loop.RemoveHandler(fd);
                _levels[level].Drain();
                _order.Add(level + 1);
                if (level + 1 < Depth)
                    Await(level + 1, write);
                _order.Add(-(level + 1));
                read.SetResult();
            },
            IOEvents.Read);
        Factory.Run(async () =>
        {
            using (Loop.Join())
            {
                write(level);
                await read.Task;
            }
        });
    }
}
