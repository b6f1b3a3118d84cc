using Shouldly;
using Xunit;

namespace IOLoops.Conformance;

public abstract partial class LoopConformance
{
    private static readonly AsyncLocal<string?> Local = new();

    // Row: Context
    [Fact]
    public void Callbacks_timeouts_handlers_and_futures_run_in_the_context_of_those_who_added_them()
    {
        var seen = new Dictionary<string, string?>();
        Task done = Task.CompletedTask;
        Add("AddCallback", then => Loop.AddCallback(then));
        Add("AddCallback, state", then => Loop.AddCallback(run => run(), then));
        Add("AddCallback, task", then => Loop.AddCallback(() =>
        {
            then();
            return done;
        }));
        Add("TryAddCallback", then => Loop.TryAddCallback(then));
        Add("CallAt", then => Loop.CallAt(Loop.Time, then));
        Add("CallLater, state", then => Loop.CallLater(TimeSpan.Zero, run => run(), then));
        Add("AddFuture", then => Loop.AddFuture(done, (Task _) => then()));
        Add("AddHandler", then => Loop.AddHandler(NewEventFd(signalled: true).Number, (_, _) => then(), IOEvents.Read));
        Add("AddHandler, task", then => Loop.AddHandler(NewEventFd(signalled: true).Number, (_, _) =>
        {
            then();
            return done;
        }, IOEvents.Read));
        Local.Value = "runner";
        RunTurns(3);
        Local.Value.ShouldBe("runner");
        seen.Count.ShouldBe(9);
        seen.ShouldAllBe(pair => pair.Value == pair.Key);

        void Add(string name, Action<Action> add)
        {
            Local.Value = name;
            add(() => seen[name] = Local.Value);
            Local.Value = null;
        }
    }

    [Fact]
    public void Spawned_callbacks_and_those_from_signals_take_no_context_along()
    {
        var seen = new List<string?>();
        Local.Value = "poster";
        Loop.SpawnCallback(() => seen.Add(Local.Value));
        Loop.SpawnCallback(_ => seen.Add(Local.Value), 1);
        Loop.SpawnCallback(() =>
        {
            seen.Add(Local.Value);
            return Task.CompletedTask;
        });
        Loop.AddCallbackFromSignal(() => seen.Add(Local.Value));
        Loop.AddCallbackFromSignal(_ => seen.Add(Local.Value), 1);
        Local.Value = null;
        RunTurns(2);
        seen.ShouldBe([null, null, null, null, null]);
    }

    [Fact]
    public void A_caller_that_suppresses_the_flow_hands_over_no_context()
    {
        var seen = new List<string?>();
        Local.Value = "poster";
        using (ExecutionContext.SuppressFlow())
        {
            Loop.AddCallback(() => seen.Add(Local.Value));
            Loop.CallAt(Loop.Time, () => seen.Add(Local.Value));
            Loop.AddHandler(NewEventFd(signalled: true).Number, (_, _) => seen.Add(Local.Value), IOEvents.Read);
        }
        Local.Value = null;
        RunTurns(1);
        seen.ShouldBe([null, null, null]);
    }

    [Fact]
    public void Changes_made_in_a_callback_do_not_leak_into_the_next()
    {
        var seen = new List<string?>();
        void SeeAndChange()
        {
            seen.Add(Local.Value);
            Local.Value = "leaked";
        }
        Local.Value = null;
        var due = Loop.Time;
        for (int i = 0; i < 2; i++)
        {
            Loop.AddCallback(SeeAndChange);
            Loop.SpawnCallback(SeeAndChange);
            Loop.AddCallbackFromSignal(SeeAndChange);
            Loop.CallAt(due, SeeAndChange);
            Loop.AddHandler(NewEventFd(signalled: true).Number, (_, _) => SeeAndChange(), IOEvents.Read);
        }
        RunTurns(4);
        seen.Count.ShouldBeGreaterThanOrEqualTo(12);
        seen.ShouldAllBe(value => value == null);
        Local.Value.ShouldBeNull();
    }

    // Row: Context (changes made in a callback do not leak into the next), Inside callbacks
    [Fact]
    public void Changes_made_before_a_failure_do_not_leak_into_what_runs_next()
    {
        Failures.Expected = true;
        var another = NewLoop();
        var seen = new List<(string By, string? Local, bool HasContext, bool IsCurrent)>();
        using (ExecutionContext.SuppressFlow()) // with a context of its own nothing would see a leak
        {
            for (int i = 0; i < 2; i++)
                AddOneOfEachKind(SeeChangeAndFail);
        }
        RunTurns(2);
        seen.Select(one => one.By).Distinct().Count().ShouldBe(9);
        seen.ShouldAllBe(one => one.Local == null && one.HasContext && one.IsCurrent);
        Failures.All.Count.ShouldBe(seen.Count);

        void SeeChangeAndFail(string by)
        {
            seen.Add((by, Local.Value, SynchronizationContext.Current is not null, ReferenceEquals(IOLoop.Current, Loop)));
            Local.Value = "leaked";
            SynchronizationContext.SetSynchronizationContext(null);
            another.MakeCurrent();
            throw new TestException();
        }
    }

    private void AddOneOfEachKind(Action<string> body)
    {
        Loop.AddCallback((Action)(() => body("AddCallback")));
        Loop.AddCallback(body, "AddCallback, state");
        Loop.SpawnCallback((Action)(() => body("SpawnCallback")));
        Loop.AddCallbackFromSignal(() => body("AddCallbackFromSignal"));
        Loop.CallAt(Loop.Time, (Action)(() => body("CallAt")));
        Loop.CallAt(Loop.Time, body, "CallAt, state");
        Loop.AddHandler(NewEventFd(signalled: true).Number, (IOHandler)((_, _) => body("AddHandler")), IOEvents.Read);
        Loop.AddHandler(NewEventFd(signalled: true).Number, (AsyncIOHandler)((_, _) =>
        {
            body("AddHandler, task");
            return Task.CompletedTask;
        }), IOEvents.Read);
        var wait = Loop.WaitAsync(NewEventFd(signalled: true).Number, IOEvents.Read);
        wait.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(() => body("WaitAsync"));
    }

    // Row: Inside callbacks
    [Fact]
    public void Inside_callbacks_the_loop_is_current_and_awaits_resume_on_it()
    {
        var seen = new List<string>();
        void See(string what)
        {
            IOLoop.Current.ShouldBe(Loop);
            SynchronizationContext.Current.ShouldNotBeNull();
            seen.Add(what);
        }
        Loop.AddCallback(() => See("callback"));
        Loop.SpawnCallback(() => See("spawned"));
        Loop.CallAt(Loop.Time, () => See("timeout"));
        Loop.AddHandler(NewEventFd(signalled: true).Number, (fd, _) =>
        {
            See("handler");
            Loop.RemoveHandler(fd);
        }, IOEvents.Read);
        Loop.AddCallback(async () =>
        {
            await Task.Run(() => IOLoop.ClearCurrent());
            Loop.IsOnLoopThread.ShouldBeTrue();
            See("resumed");
            AfterTurns(2, Loop.Stop);
        });
        Run("an await in a callback");
        seen.ShouldBe(["callback", "spawned", "timeout", "handler", "resumed"], ignoreOrder: true);
    }

    [Fact]
    public void A_run_restores_what_was_current_before()
    {
        var another = NewLoop();
        var context = new SynchronizationContext();
        var before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(context);
        another.MakeCurrent();
        try
        {
            InLoop(() => IOLoop.Current.ShouldBe(Loop));
            IOLoop.Current.ShouldBe(another);
            SynchronizationContext.Current.ShouldBeSameAs(context);
            InLoop(() => NewLoop().MakeCurrent());
            if (Fixture.IsNative)
                IOLoop.Current.ShouldBe(another);
        }
        finally
        {
            IOLoop.ClearCurrent();
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    [Fact]
    public void A_callback_that_changes_what_is_current_changes_it_for_no_other()
    {
        var another = NewLoop();
        IOLoop? seen = null;
        var contexts = new List<SynchronizationContext?>();
        Loop.AddCallback(() =>
        {
            contexts.Add(SynchronizationContext.Current);
            another.MakeCurrent();
            SynchronizationContext.SetSynchronizationContext(null);
        });
        Loop.AddCallback(() =>
        {
            seen = IOLoop.Current;
            contexts.Add(SynchronizationContext.Current);
        });
        RunTurns(1);
        ReferenceEquals(seen, Loop).ShouldBeTrue();
        contexts[1].ShouldNotBeNull();
        contexts[1].ShouldBe(contexts[0]);
    }

    // Row: Constructing
    [Fact]
    public void Constructing_a_loop_makes_nothing_current()
    {
        var first = NewLoop();
        first.MakeCurrent();
        try
        {
            var second = NewLoop();
            IOLoop.Current.ShouldBe(first);
            second.MakeCurrent();
            IOLoop.Current.ShouldBe(second);
        }
        finally
        {
            IOLoop.ClearCurrent();
        }
    }
}
