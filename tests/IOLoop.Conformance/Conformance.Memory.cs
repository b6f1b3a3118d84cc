using System.Diagnostics;
using System.Runtime.CompilerServices;
using Shouldly;
using Xunit;

namespace IOLoops.Conformance;

public abstract partial class LoopConformance
{
    // Row: Memory (what was removed or closed is collectable)
    [Fact]
    public void A_removed_handler_is_collectable() => IsCollectable(data =>
    {
        int fd = NewEventFd(signalled: true).Number;
        Loop.AddHandler(fd, (_, _) => data.ToString(), IOEvents.Read);
        RunTurns(2);
        Loop.RemoveHandler(fd);
    });

    [Fact]
    public void A_removed_asynchronous_handler_is_collectable() => IsCollectable(data =>
    {
        int fd = NewEventFd(signalled: true).Number;
        Loop.AddHandler(fd, async (_, _) =>
        {
            await Turns(1);
            _ = data.ToString();
        }, IOEvents.Read);
        RunTurns(5);
        Loop.RemoveHandler(fd);
        RunTurns(5);
    });

    [Fact]
    public void A_handler_that_removed_itself_is_collectable() => IsCollectable(data =>
    {
        Loop.AddHandler(NewEventFd(signalled: true).Number, (fd, _) =>
        {
            data.ToString();
            Loop.RemoveHandler(fd);
        }, IOEvents.Read);
        RunTurns(2);
    });

    [Fact]
    public void A_handler_replaced_after_its_number_was_reused_is_collectable() => IsCollectable(data =>
    {
        Pipe old = NewPipe(), fresh = NewPipe();
        Loop.AddHandler(old.ReadEnd, (_, _) => data.ToString(), IOEvents.Read);
        Descriptors.Replace(old.ReadEnd, fresh.ReadEnd);
        Loop.AddHandler(old.ReadEnd, NoHandler, IOEvents.Read);
    });

    [Fact]
    public void The_object_of_a_removed_handler_is_collectable()
    {
        var reference = Register();
        Collected(reference);

        [MethodImpl(MethodImplOptions.NoInlining)]
        WeakReference Register()
        {
            var file = new CountingFile(NewPipe().ReadEnd);
            Loop.AddHandler(FileDescriptor.From(file), NoHandler, IOEvents.Read);
            RunTurns(1);
            Loop.RemoveHandler(FileDescriptor.From(file));
            return new WeakReference(file);
        }
    }

    [Fact]
    public void A_removed_timeout_is_collectable_long_before_its_deadline() => IsCollectable(data =>
        Loop.RemoveTimeout(Loop.CallLater(Hour, () => data.ToString())));

    [Fact]
    public void The_state_of_a_removed_timeout_is_collectable() => IsCollectable(data =>
        Loop.RemoveTimeout(Loop.CallLater(Hour, static state => state.ToString(), data)));

    [Fact]
    public void Ten_thousand_removed_timeouts_are_collectable()
    {
        var references = Add();
        Loop.CallLater(Hour, () => { });
        GC.Collect();
        GC.Collect();
        references.Count(reference => reference.IsAlive).ShouldBe(0);
        GC.KeepAlive(Loop);

        [MethodImpl(MethodImplOptions.NoInlining)]
        List<WeakReference> Add()
        {
            var added = new List<(TimeoutHandle Handle, WeakReference Reference)>();
            for (int i = 0; i < 10_000; i++)
            {
                object data = new();
                added.Add((Loop.CallLater(TimeSpan.FromSeconds(i % 100 * 1000), static state => state.ToString(), data), new WeakReference(data)));
            }
            foreach (var (handle, _) in added)
                Loop.RemoveTimeout(handle);
            return [.. added.Select(timeout => timeout.Reference)];
        }
    }

    [Fact]
    public void What_has_run_is_collectable() => IsCollectable(data =>
    {
        Loop.AddCallback(() => data.ToString());
        Loop.AddCallback(static state => state.ToString(), data);
        Loop.AddCallback(static state => state.Data.ToString(), (Data: data, 1));
        Loop.SpawnCallback(() => data.ToString());
        Loop.AddCallbackFromSignal(() => data.ToString());
        Loop.CallAt(Loop.Time, () => data.ToString());
        Loop.CallAt(Loop.Time, static state => state.Data.ToString(), (Data: data, 1));
        _ = Loop.InvokeAsync(() => data);
        Loop.AddCallback(async () =>
        {
            await Turns(1);
            _ = data.ToString();
        });
        RunTurns(3);
        Loop.AddFuture(Task.FromResult(data), future =>
        {
            _ = future.Result.ToString();
            AfterTurns(2, Loop.Stop);
        });
        Run("the last callback");
    });

    [Fact]
    public void What_has_run_is_collectable_while_the_loop_sleeps()
    {
        WeakReference? reference = null;
        bool collected = false;
        using var ran = new ManualResetEventSlim();
        Loop.AddHandler(NewEventFd(signalled: true).Number, (fd, _) =>
        {
            Loop.RemoveHandler(fd);
            reference = Add();
        }, IOEvents.Read);
        var other = OtherThread.Start(() =>
        {
            ran.Wait(Patience).ShouldBeTrue();
            var clock = Stopwatch.StartNew();
            while (reference!.IsAlive && clock.Elapsed < Patience / 5)
                GC.Collect();
            collected = !reference.IsAlive;
            Loop.Stop();
        });
        Run("the collection of what a callback held");
        other.Join();
        collected.ShouldBeTrue();

        [MethodImpl(MethodImplOptions.NoInlining)]
        WeakReference Add()
        {
            object data = new();
            Loop.AddCallback(() =>
            {
                _ = data.ToString();
                ran.Set();
            });
            return new WeakReference(data);
        }
    }

    [Fact]
    public void The_context_of_what_has_run_is_collectable() => IsCollectable(
        data =>
        {
            var local = new AsyncLocal<object?> { Value = data };
            Loop.AddCallback(() => local.Value.ShouldBe(data));
            Loop.CallAt(Loop.Time, () => local.Value.ShouldBe(data));
            local.Value = null;
            RunTurns(2);
        },
        $"{Fixture.Name} keeps the ExecutionContext of whoever made or first used it. A thread that was started with Thread.Start() does, and so does a Timer: use Thread.UnsafeStart(), or ExecutionContext.SuppressFlow() around it.");

    [Fact]
    public void A_wait_that_has_ended_leaves_nothing_with_its_token()
    {
        using var cancellation = new CancellationTokenSource();
        IsCollectable(data =>
        {
            var pipe = NewPipe();
            pipe.Send();
            InLoop("a wait", async () =>
            {
                await Loop.WaitAsync(pipe.ReadEnd, IOEvents.Read, cancellation.Token);
                _ = data.ToString();
            });
            RunTurns(2);
        });
    }

    [Fact]
    public void A_cancelled_wait_is_collectable() => IsCollectable(data =>
    {
        var pipe = NewPipe();
        using var cancellation = new CancellationTokenSource();
        InLoop("a cancelled wait", async () =>
        {
            Loop.AddCallback(cancellation.Cancel);
            await Should.ThrowAsync<OperationCanceledException>(Loop.WaitAsync(pipe.ReadEnd, IOEvents.Read, cancellation.Token).AsTask());
            _ = data.ToString();
        });
        RunTurns(2);
    });

    [Fact]
    public void A_stopped_periodic_callback_is_collectable() => IsCollectable(data =>
    {
        var periodic = new PeriodicCallback(() => data.ToString(), Moment, Loop);
        periodic.Start();
        RunTurns(2);
        periodic.Stop();
    });

    [Fact]
    public void A_disposed_timer_is_collectable() => IsCollectable(data =>
    {
        var timer = Loop.TimeProvider.CreateTimer(state => state!.ToString(), data, Hour, Hour);
        RunTurns(2);
        timer.Dispose();
        RunTurns(2);
    });

    [Fact]
    public void What_a_closed_loop_held_is_collectable() => IsCollectable(data =>
    {
        Loop.AddHandler(NewEventFd().Number, (_, _) => data.ToString(), IOEvents.Read);
        Loop.CallLater(Hour, () => data.ToString());
        Loop.AddCallback(() => data.ToString());
        Loop.Close();
    });

    [Fact]
    public void A_closed_loop_is_collectable()
    {
        SkipUnless(Fixture.IsNative, "its host may hold it until the host has ended");
        Collected(MakeAndClose());

        [MethodImpl(MethodImplOptions.NoInlining)]
        WeakReference MakeAndClose()
        {
            var loop = Fixture.Create(new IOLoopOptions { LoggerFactory = Log });
            loop.AddCallback(loop.Stop);
            Guarded(loop, "a short run", () => Fixture.Run(loop));
            _ = loop.SynchronizationContext;
            _ = loop.TaskScheduler;
            _ = loop.TimeProvider;
            loop.Close();
            return new WeakReference(loop);
        }
    }

    [Fact]
    public void A_closed_loop_is_collectable_at_once_though_it_had_a_timeout_of_an_hour()
    {
        // Seen on an EventLoopScheduler under qemu-user beside another emulator, never elsewhere.
        SkipUnless(Environment.GetEnvironmentVariable("QEMU_LD_PREFIX") is null, "under qemu-user a closed loop is now and then kept for ten seconds; what keeps it is not known yet");
        Collected(MakeAndClose(), $"{Fixture.Name} keeps a closed loop");

        [MethodImpl(MethodImplOptions.NoInlining)]
        WeakReference MakeAndClose()
        {
            var loop = Fixture.Create(new IOLoopOptions { LoggerFactory = Log });
            loop.AddCallback(async () =>
            {
                loop.CallLater(Hour, () => { });
                for (int i = 0; i < 3; i++)
                    await Task.Run(() => { }); // the loop goes to sleep meanwhile
                loop.Stop();
            });
            Guarded(loop, "a short run", () => Fixture.Run(loop));
            loop.Close();
            return new WeakReference(loop);
        }
    }

    private void IsCollectable(Action<object> use, string? hint = null)
    {
        Collected(Use(use), hint);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static WeakReference Use(Action<object> use)
        {
            object data = new();
            use(data);
            return new WeakReference(data);
        }
    }

    private void Collected(WeakReference reference, string? hint = null)
    {
        // Other threads may be about to finish something that the loop then takes note of.
        var clock = Stopwatch.StartNew();
        do
        {
            if (!Loop.IsClosed)
                RunTurns(1);
            GC.Collect();
            GC.WaitForPendingFinalizers();
            GC.Collect();
        }
        while (reference.IsAlive && clock.Elapsed < Patience);
        reference.IsAlive.ShouldBeFalse(hint);
        GC.KeepAlive(this);
    }
}
