using IOLoops.Conformance;
using Xunit;

namespace IOLoops.VsThreading.Tests.Stress;

/// <summary>The thread pool's threads are all blocked, waiting by the rules for what the loop is to bring.</summary>
[Collection(nameof(Alone))]
public sealed class FullPoolTests : JoinableTaskHarness
{
    private const int Waiting = 64;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_busy_loop_needs_no_thread_of_the_pool(bool isMainBlocked)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        for (int i = 0; i < Waiting; i++)
            ThreadPool.UnsafeQueueUserWorkItem(_ => Factory.Run(() => done.Task), null);
        int turns = 0;
        void Next()
        {
            if (++turns == 2_000)
                done.SetResult();
            else
                Loop.AddCallback(Next);
        }
        Loop.AddCallback(Next);
        if (isMainBlocked)
        {
            BlockMain("two thousand turns on a blocked main thread", async () =>
            {
                using (Loop.Join())
                    await done.Task;
            });
        }
        Bounded.Await(done.Task, "two thousand turns");
    }
}
