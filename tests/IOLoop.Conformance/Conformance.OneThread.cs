using System.Collections.Concurrent;
using Shouldly;
using Xunit;

namespace IOLoops.Conformance;

/// <summary>Where user code runs: on the loop's thread, which is one and the same where the fixture says so.</summary>
public abstract partial class LoopConformance
{
    private const int ThreadRounds = 30;

    // Row: The loop's thread
    [Fact]
    public void Callbacks_timeouts_handlers_and_awaits_run_on_the_loop_s_thread()
    {
        var seen = new ConcurrentQueue<(string What, int Thread, bool IsLoops)>();
        void Note(string what) => seen.Enqueue((what, Environment.CurrentManagedThreadId, Loop.IsOnLoopThread));
        InLoop("every kind of call, with the loop asleep in between", async () =>
        {
            for (int round = 0; round < ThreadRounds; round++)
            {
                Note("a callback");
                await NoteOthers(Note);
                await Task.Run(() => { }); // the loop goes to sleep meanwhile, and its host may run the next turn where it likes
                Note("an await");
            }
        });
        seen.Where(call => !call.IsLoops).Select(call => call.What).Distinct()
            .ShouldBeEmpty($"{Fixture.Name}: IsOnLoopThread is false in these calls");
        int threads = seen.Select(call => call.Thread).Distinct().Count();
        if (Fixture.HasOwnThread)
        {
            threads.ShouldBe(1, $"{Fixture.Name} says that it has a thread of its own (LoopFixture.HasOwnThread), but its turns ran on {threads} threads. "
                + "Run all turns on one thread; or, if the host is a pool, override HasOwnThread with false, and let its IsOnHostThread be false.");
        }
    }

    private async Task NoteOthers(Action<string> note)
    {
        var counter = new CountdownEvent(3);
        var all = new TaskCompletionSource();
        void Count(string what)
        {
            note(what);
            if (counter.Signal())
                all.SetResult();
        }
        Loop.CallLater(TimeSpan.FromMicroseconds(100), () => Count("a timeout"));
        await Task.Run(() => Loop.AddCallback(() => Count("a callback of another thread")));
        var file = new EventFd();
        Loop.AddHandler(file.Number, (fd, _) =>
        {
            Loop.RemoveHandler(fd);
            Count("a handler");
        }, IOEvents.Read);
        await Task.Run(file.Signal);
        await all.Task;
        file.Dispose();
        counter.Dispose();
    }
}
