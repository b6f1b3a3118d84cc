using Shouldly;
using Xunit;

namespace IOLoops.Conformance;

/// <summary>Closing a loop beside every call that any thread may make.</summary>
public abstract partial class LoopConformance
{
    /// <summary>How many loops are closed; more if the environment says so.</summary>
    private static int CloseRounds =>
        int.TryParse(Environment.GetEnvironmentVariable("IOLOOP_CLOSE_ROUNDS"), out int rounds) ? rounds : 100;

    // Row: Close (beside calls of other threads)
    [Fact]
    public void Closing_beside_every_call_of_other_threads_releases_each_handle_once_and_throws_nothing_else()
    {
        const int Handles = 8;
        using var start = new Barrier(3);
        var pipe = NewPipe();
        var failures = new List<Exception>();
        IOLoop loop = null!;
        FileDescriptor[] registered = [];
        TimeoutHandle[] timeouts = [];
        int closedTwice = 0, closed = 0;
        bool over = false;
        void Beside(Action<int> calls) => OtherThread.Start(() =>
        {
            while (true)
            {
                start.SignalAndWait();
                if (over)
                    return;
                for (int i = 0; i < Handles; i++)
                    Try(() => calls(i));
                start.SignalAndWait();
            }
        });
        void Try(Action call)
        {
            try
            {
                call();
            }
            catch (ObjectDisposedException)
            {
                // The loop is closed.
            }
            catch (Exception exception)
            {
                lock (failures)
                    failures.Add(exception);
            }
        }
        Beside(i =>
        {
            _ = loop.RemoveHandlerAsync(registered[i]).AsTask();
            loop.RemoveTimeout(timeouts[i]);
            loop.AddCallback(() => { });
            loop.TryAddCallback(() => { });
            _ = loop.InvokeAsync(() => { });
        });
        Beside(i =>
        {
            loop.RemoveHandler(registered[^(i + 1)]);
            loop.RemoveTimeout(timeouts[^(i + 1)]);
            _ = loop.Time;
            loop.AddCallbackFromSignal(() => { });
            loop.SpawnCallback(() => { });
            _ = loop.IsClosed;
        });
        for (int round = 0; round < CloseRounds; round++)
        {
            loop = Fixture.Create(new IOLoopOptions { LoggerFactory = Log });
            int[] releases = new int[Handles];
            var handles = Enumerable.Range(0, Handles).Select(i => new HookedHandle(Descriptors.Duplicate(pipe.ReadEnd), () =>
            {
                Interlocked.Increment(ref closed);
                if (Interlocked.Increment(ref releases[i]) > 1)
                    Interlocked.Increment(ref closedTwice);
            })).ToArray();
            registered = [.. handles.Select(handle => (FileDescriptor)handle)];
            for (int i = 0; i < Handles; i++)
            {
                if (i % 2 == 0)
                    loop.AddHandler(registered[i], (_, _) => { }, IOEvents.Read);
                else
                    _ = loop.WaitAsync(registered[i], IOEvents.Read).AsTask().ContinueWith(static wait => _ = wait.Exception, TaskScheduler.Default);
            }
            timeouts = [.. Enumerable.Range(0, Handles).Select(_ => loop.CallLater(TimeSpan.FromHours(1), () => { }))];
            start.SignalAndWait();
            Try(() => loop.Close());
            start.SignalAndWait();
            foreach (var handle in handles)
            {
                handle.IsClosed.ShouldBeFalse("the loop released a reference that was not its own");
                handle.Dispose();
            }
            releases.ShouldAllBe(count => count == 1);
            loop.IsClosed.ShouldBeTrue();
        }
        over = true;
        start.SignalAndWait();
        failures.ShouldBeEmpty();
        closedTwice.ShouldBe(0);
        closed.ShouldBe(CloseRounds * Handles);
    }
}
