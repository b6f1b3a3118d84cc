using System.Diagnostics;
using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Samples.Tests;

/// <summary>GLib's sources in turns of a native loop.</summary>
public sealed class GuestTests : IDisposable
{
    private readonly PollIOLoop _loop = new();
    private readonly MainContext _context = NewContext();
    private readonly GuestContext _guest;
    private readonly List<IDisposable> _ended = [];
    private readonly TaskCompletionSource _done = new();

    public GuestTests() => _guest = new GuestContext(_loop, _context);

    public void Dispose()
    {
        _ended.ForEach(item => item.Dispose());
        _guest.Dispose();
        _loop.Dispose();
        _context.Dispose();
    }

    [Fact]
    public void A_source_that_a_handler_of_the_loop_attaches_is_called()
    {
        // GLib wakes a thread that iterates its context by itself only for sources of other threads.
        _loop.CallLater(TimeSpan.FromMilliseconds(20), () => Once(_done.SetResult));
        Run();
    }

    [Fact]
    public void A_source_is_called_until_it_is_disposed()
    {
        int calls = 0;
        Source? source = null;
        source = Keep(Source.Timed(_context, 0, () =>
        {
            if (++calls < 3)
                source!.SetReadyTime(0);
            else
                source!.Dispose();
        }));
        source.SetReadyTime(0);
        Once(() => Once(() => Once(() => Once(_done.SetResult))), priority: 1); // behind all of its calls
        Run();
        calls.ShouldBe(3);
    }

    [Fact]
    public void A_descriptor_that_takes_the_number_of_another_is_watched()
    {
        var first = Keep(new Pipe());
        var second = Keep(new Pipe());
        int number = first.ReadEnd;
        first.Send();
        Source? source = null;
        source = Keep(Source.Readable(_context, 0, number, () =>
        {
            // Inside one dispatch, so that GLib asks for the same number and the same events before and after.
            source!.Dispose();
            Descriptors.Replace(number, second.ReadEnd);
            source = Keep(Source.Readable(_context, 0, number, () => _done.TrySetResult()));
            _loop.CallLater(TimeSpan.FromMilliseconds(20), () => second.Send()); // when GLib has been asked for the last time
        }));
        Run();
    }

    [Fact]
    public void Endless_sources_do_not_starve_the_loop()
    {
        Source? source = null;
        source = Keep(Source.Timed(_context, 0, () => source!.SetReadyTime(0)));
        source.SetReadyTime(0);
        _loop.CallLater(TimeSpan.FromMilliseconds(5), _done.SetResult);
        Run();
    }

    [Fact]
    public void A_source_may_end_the_guest()
    {
        Once(() =>
        {
            _guest.Dispose();
            _loop.AddCallback(_done.SetResult);
        });
        Run();
        _loop.BackendTimeout.ShouldBeNull(); // nothing of the guest is left
    }

    [Fact]
    public void A_handler_of_the_program_for_a_descriptor_that_GLib_wants_stays_as_it_is()
    {
        var pipe = Keep(new Pipe());
        int calls = 0;
        _loop.AddHandler(pipe.ReadEnd, (_, _) =>
        {
            pipe.Drain();
            calls++;
            _done.SetResult();
        }, IOEvents.Read);
        var failures = CollectFailures();
        Keep(Source.Readable(_context, 0, pipe.ReadEnd, static () => { }));
        Once(() => Once(() => // two iterations after the refusal
        {
            _guest.Dispose();
            pipe.Send();
        }), priority: 1);
        Run();
        calls.ShouldBe(1);
        failures.ShouldHaveSingleItem().ShouldBeOfType<InvalidOperationException>(); // once, not in each iteration
    }

    [Fact]
    public void A_descriptor_that_cannot_be_watched_keeps_no_timer_waiting()
    {
        const int Nothing = 1_000_000; // is not open
        var failures = CollectFailures();
        Keep(Source.Readable(_context, 0, Nothing, static () => { }));
        Keep(Source.Once(_context, 0, (Stopwatch.GetElapsedTime(0).Ticks / TimeSpan.TicksPerMicrosecond) + 300_000, _done.SetResult));
        Run();
        failures.ShouldHaveSingleItem(); // it is tried in each iteration
    }

    [Fact]
    public void A_descriptor_is_watched_once_the_program_has_removed_its_handler()
    {
        var pipe = Keep(new Pipe());
        _loop.AddHandler(pipe.ReadEnd, static (_, _) => { }, IOEvents.Read);
        CollectFailures();
        Source? source = null;
        source = Keep(Source.Readable(_context, 0, pipe.ReadEnd, () =>
        {
            source!.Dispose();
            _done.SetResult();
        }));
        Once(() =>
        {
            _loop.RemoveHandler(pipe.ReadEnd);
            _loop.CallLater(TimeSpan.FromMilliseconds(20), () => pipe.Send()); // when GLib has been asked for the last time
        }, priority: 1);
        Run();
    }

    [Fact]
    public void A_guest_that_cannot_watch_a_descriptor_leaves_nothing_behind()
    {
        using var context = MainContext.Create();
        using var taken = new Pipe();
        _loop.AddHandler(taken.ReadEnd, static (_, _) => { }, IOEvents.Read);
        using var source = Source.Readable(context, 0, taken.ReadEnd, static () => { });
        Should.Throw<InvalidOperationException>(() => new GuestContext(_loop, context));
        _loop.RemoveHandler(taken.ReadEnd);
        source.Dispose();
        new GuestContext(_loop, context).Dispose(); // nothing of the first one is still registered
    }

    [Fact]
    public void An_exception_of_a_source_is_a_failure_of_the_loop_and_the_source_is_called_again()
    {
        var failures = CollectFailures();
        var pipe = Keep(new Pipe());
        int calls = 0;
        Source? source = null;
        source = Keep(Source.Readable(_context, 0, pipe.ReadEnd, () =>
        {
            if (++calls == 1)
                throw new TestException();
            source!.Dispose();
            _done.SetResult();
        }));
        Once(static () => throw new TestException());
        pipe.Send();
        Run();
        failures.Count.ShouldBe(2);
        failures.ShouldAllBe(exception => exception is TestException);
    }

    [Fact]
    public void An_exception_of_a_source_that_has_ended_the_guest_is_reported()
    {
        var failures = CollectFailures();
        Once(() =>
        {
            _guest.Dispose();
            _loop.AddCallback(_done.SetResult);
            throw new TestException();
        });
        Run();
        failures.ShouldHaveSingleItem().ShouldBeOfType<TestException>();
    }

    [Fact]
    public void A_context_that_another_thread_runs_is_refused()
    {
        using var thread = new GLibThread();
        Should.Throw<InvalidOperationException>(() => new GuestContext(_loop, thread.Context)).Message.ShouldContain("Another thread");
    }

    private static MainContext NewContext()
    {
        Assert.SkipWhen(new GLibFixture().Unsupported is not null, "there is no libglib-2.0 here");
        return MainContext.Create();
    }

    private List<Exception> CollectFailures()
    {
        var failures = new List<Exception>();
        _loop.CallbackException += (_, failure) =>
        {
            failures.Add(failure.Exception);
            failure.Handled = true;
        };
        return failures;
    }

    private void Once(Action callback, int priority = 0) => Keep(Source.Once(_context, priority, 0, callback));

    private T Keep<T>(T item) where T : IDisposable
    {
        _ended.Add(item);
        return item;
    }

    private void Run() => _loop.RunSync(() => _done.Task, Bounded.Patience);
}
