using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Hosting;

/// <summary>
/// Turns inside turns, on a host that can be pumped: by RunSync, and by something in a callback that pumps the host itself and
/// tells the loop nothing.
/// </summary>
public abstract partial class NestedHostingTests(PollerKind poller, bool mayNest = false) : HostingHarness(poller)
{
    private const int Depth = 3;

    private readonly List<string> _trace = [];

    [Fact]
    public void A_callback_that_the_host_s_own_work_adds_in_a_nested_run_runs_in_it() =>
        NestedRunShouldSee((loop, done) => loop.AddCallback(done.SetResult));

    [Fact]
    public void A_timeout_that_the_host_s_own_work_adds_in_a_nested_run_fires_in_it() =>
        NestedRunShouldSee((loop, done) => loop.CallLater(TimeSpan.FromMilliseconds(1), done.SetResult));

    [Fact]
    public void A_descriptor_that_the_host_s_own_work_adds_in_a_nested_run_is_watched_in_it() =>
        NestedRunShouldSee((loop, done) =>
        {
            var file = NewEventFd();
            loop.AddHandler(file.Number, (_, _) =>
            {
                file.Drain();
                done.SetResult();
            }, IOEvents.Read);
            ThreadPool.QueueUserWorkItem(_ => file.Signal());
        });

    [Fact]
    public void A_task_that_the_host_s_own_work_ends_in_a_nested_run_is_gone_on_with() =>
        NestedRunShouldSee((_, done) => done.SetResult());

    [Fact]
    public void Other_threads_are_refused_while_a_nested_run_is_pumped()
    {
        var (host, loop) = Pumped();
        RunInTurn(loop, "a nested run", () => loop.RunSync(() => Task.Run(() =>
            Should.Throw<InvalidOperationException>(() => loop.CallLater(TimeSpan.Zero, () => { })).Message.ShouldContain("AddCallback"))));
        host.Turns.ShouldBeGreaterThan(1);
    }

    [Fact]
    public void A_handler_that_nests_is_not_called_again_before_it_returns()
    {
        var (host, loop) = Pumped();
        Pipe nesting = NewPipe(), other = NewPipe();
        bool inside = false;
        int calls = 0;
        loop.AddHandler(nesting.ReadEnd, (_, _) =>
        {
            inside.ShouldBeFalse();
            if (++calls == 3)
                loop.Stop();
            inside = true;
            if (calls == 1)
                Nest(host, loop, () => loop.WaitAsync(other.ReadEnd, IOEvents.Read).AsTask());
            inside = false;
        }, IOEvents.Read);
        nesting.Send();
        loop.AddCallback(() => loop.CallLater(TimeSpan.FromMilliseconds(20), () => other.Send()));
        Run(loop, "the handler called thrice");
        calls.ShouldBe(3);
    }

    [Fact]
    public void Callbacks_interrupted_three_deep_run_once_each_in_order()
    {
        var (host, loop) = Pumped();
        for (int i = 0; i < 20; i++)
        {
            int number = i;
            loop.AddCallback(() =>
            {
                _trace.Add($"{number}");
                if (number is 3 or 5 or 8)
                    Nest(host, loop, YieldTwice);
                if (number == 3)
                    loop.Stop(); // not before the runs that have interrupted it are over
            });
        }
        Run(loop, "twenty callbacks");
        _trace.ShouldBe(Enumerable.Range(0, 20).Select(number => $"{number}"));
    }

    [Fact]
    public void Timeouts_interrupted_by_a_nested_run_run_once_each_in_order()
    {
        var (host, loop) = Pumped();
        var due = loop.Time;
        for (int i = 0; i < 10; i++)
        {
            int number = i;
            loop.CallAt(due + TimeSpan.FromTicks(i), () =>
            {
                _trace.Add($"{number}");
                if (number is 2 or 4)
                    Nest(host, loop, YieldTwice);
                if (number == 2)
                    loop.Stop();
            });
        }
        Run(loop, "ten timeouts");
        _trace.ShouldBe(Enumerable.Range(0, 10).Select(number => $"{number}"));
    }

    [Fact]
    public void Handlers_interrupted_by_a_nested_run_run_once_each()
    {
        var (host, loop) = Pumped();
        var files = Enumerable.Range(0, 8).Select(_ => NewEventFd()).ToList();
        int called = 0;
        foreach (var file in files)
        {
            file.Signal();
            loop.AddHandler(file.Number, (_, _) =>
            {
                file.Drain();
                _trace.Add($"{file.Number}");
                int number = ++called;
                if (number is 1 or 2 or 5)
                    Nest(host, loop, YieldTwice);
                if (number == 1)
                    loop.Stop();
            }, IOEvents.Read);
        }
        Run(loop, "eight handlers");
        _trace.Count.ShouldBe(files.Count);
        _trace.Distinct().Count().ShouldBe(files.Count);
    }

    [Fact]
    public void A_stop_inside_the_innermost_of_three_nested_runs_ends_them_all()
    {
        var (_, loop) = Pumped();
        int refused = 0;
        void Nest(int depth) => Should.Throw<InvalidOperationException>(() => loop.RunSync(async () =>
        {
            if (depth == 0)
                loop.Stop();
            else
                Nest(depth - 1);
            await new TaskCompletionSource().Task;
        })).Message.ShouldContain(++refused > 0 ? "Stop()" : "");
        loop.AddCallback(() => Nest(Depth - 1));
        Run(loop, "the end of three nested runs");
        refused.ShouldBe(Depth);
        loop.IsRunning.ShouldBeFalse();
    }

    [Fact]
    public void A_nested_run_times_out_and_leaves_the_loop_running()
    {
        var (_, loop) = Pumped();
        RunInTurn(loop, "a nested timeout", () =>
        {
            Should.Throw<TimeoutException>(() => loop.RunSync(() => new TaskCompletionSource().Task, TimeSpan.FromMilliseconds(5)));
            loop.RunSync(() => 42).ShouldBe(42);
        });
    }

    [Fact]
    public void A_nested_run_rethrows_what_its_function_threw()
    {
        var (_, loop) = Pumped();
        RunInTurn(loop, "a nested failure", () =>
        {
            Should.Throw<TestException>(() => loop.RunSync(() => throw new TestException()));
            Should.Throw<TestException>(() => loop.RunSync(async () =>
            {
                await Task.Yield();
                throw new TestException();
            }));
        });
    }

    [Fact]
    public void A_run_nests_in_a_timeout_and_in_the_host_s_own_work()
    {
        var (host, loop) = Pumped();
        loop.CallLater(TimeSpan.FromMilliseconds(1), () =>
        {
            loop.RunSync(YieldTwice);
            _trace.Add("timeout");
            host.PostOwn(() =>
            {
                loop.RunSync(YieldTwice);
                _trace.Add("own");
                loop.Stop();
            });
        });
        Run(loop, "two nested runs");
        _trace.ShouldBe(["timeout", "own"]);
    }

    [Fact]
    public void A_nested_run_that_meets_the_end_of_the_run_ends()
    {
        var strict = NewHost(isPumpable: true, mayNest);
        var host = new EndingHost(strict);
        var loop = NewLoop(host);
        loop.Attach();
        var pumped = new TaskCompletionSource();
        var pump = OtherThread.Start(() => strict.Pump(pumped.Task));
        InLoop(loop, () => { });
        Exception? thrown = null;
        strict.PostOwn(() =>
        {
            host.OnAsked = () => OtherThread.Run(() =>
            {
                host.IsGone = true;
                loop.AddCallback(() => { }); // the post fails, so the run ends
            });
            thrown = Record.Exception(() => loop.RunSync(() => { }));
            pumped.SetResult();
        });
        pump.Join();
        thrown.ShouldBeOfType<InvalidOperationException>();
        loop.IsRunning.ShouldBeFalse();
    }

    private void NestedRunShouldSee(Action<HostedIOLoop, TaskCompletionSource> fromHost)
    {
        var (host, loop) = Pumped();
        RunInTurn(loop, "what the host's own work did in a nested run", () => Nest(host, loop, async () =>
        {
            var done = new TaskCompletionSource();
            // Late enough for the nested turns to have gone to sleep.
            host.PostOwn(() => host.PostOwn(() => host.PostOwn(() => fromHost(loop, done))));
            await done.Task;
        }));
    }

    private (StrictHost Host, HostedIOLoop Loop) Pumped()
    {
        var host = NewHost(isPumpable: true, mayNest);
        return (host, NewLoop(host));
    }

    /// <summary>Runs a function to its end in the middle of a turn.</summary>
    private void Nest(StrictHost host, HostedIOLoop loop, Func<Task> func)
    {
        if (!mayNest)
        {
            loop.RunSync(func);
            return;
        }
        var task = func();
        host.CanPump.ShouldBeTrue();
        host.Pump(task);
        task.GetAwaiter().GetResult();
    }

    private static async Task YieldTwice()
    {
        await Task.Yield();
        await Task.Yield();
    }

    /// <summary>Runs a body in a callback of a loop that stops behind it.</summary>
    private static void RunInTurn(HostedIOLoop loop, string what, Action body)
    {
        Exception? thrown = null;
        loop.AddCallback(() =>
        {
            thrown = Record.Exception(body);
            loop.Stop();
        });
        Run(loop, what);
        if (thrown is not null)
            throw new InvalidOperationException($"It failed in the turn: {thrown.Message}", thrown);
    }

    private static void Run(HostedIOLoop loop, string what)
    {
        var run = Task.Factory.StartNew(loop.Start, TaskCreationOptions.LongRunning);
        try
        {
            Await(run, what);
        }
        catch
        {
            loop.Stop(); // so that no other thread waits without end
            throw;
        }
        run.GetAwaiter().GetResult();
    }
}
