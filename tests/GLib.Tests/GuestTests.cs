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

    private void Once(Action callback, int priority = 0) => Keep(Source.Once(_context, priority, 0, callback));

    private T Keep<T>(T item) where T : IDisposable
    {
        _ended.Add(item);
        return item;
    }

    private void Run() => _loop.RunSync(() => _done.Task, Bounded.Patience);
}
