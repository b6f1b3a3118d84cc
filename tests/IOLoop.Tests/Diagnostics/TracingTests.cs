using System.Diagnostics;
using IOLoops.Conformance;
using IOLoops.Tests.Stress;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Diagnostics;

/// <summary>Spans of handlers. A listener hears those of all loops of the process, so nothing runs beside these.</summary>
[Collection(nameof(Alone))]
public sealed class TracingTests : IDisposable
{
    private readonly PollIOLoop _loop = new(new PollIOLoopOptions { Name = "orders" });
    private readonly EventFd _ready = new();
    private readonly List<Activity> _spans = [];

    [Fact]
    public void Each_call_of_a_handler_is_a_span_while_somebody_listens()
    {
        Activity? inHandler = null;
        IOHandler handler = (_, _) => inHandler = Activity.Current;
        _loop.AddHandler(_ready.Number, handler, IOEvents.Write);
        using (Listen())
        {
            _loop.RunOnce(TimeSpan.Zero);
            _loop.RunOnce(TimeSpan.Zero);
        }
        _spans.Count.ShouldBe(2);
        inHandler.ShouldBeSameAs(_spans[1]);
        var tags = _spans[0].TagObjects.ToDictionary();
        tags["ioloop.name"].ShouldBe("orders");
        tags["ioloop.kind"].ShouldBe(nameof(PollIOLoop));
        tags["ioloop.descriptor"].ShouldBe(_ready.Number);
        tags["ioloop.events"].ShouldBe("Write");
        tags["code.function.name"].ShouldBeOfType<string>().ShouldContain(nameof(TracingTests));
        _spans[0].Status.ShouldBe(ActivityStatusCode.Unset);
        _spans[0].Duration.ShouldBeGreaterThan(TimeSpan.Zero);
        Activity.Current.ShouldBeNull();
        _loop.RunOnce(TimeSpan.Zero);
        inHandler.ShouldBeNull();
    }

    [Fact]
    public void A_span_of_a_handler_that_fails_says_so()
    {
        _loop.CallbackException += (_, failure) => failure.Handled = true;
        _loop.AddHandler(_ready.Number, (_, _) => throw new TestException(), IOEvents.Write);
        ShouldBeTracedAsFailed();
    }

    [Fact]
    public void A_span_of_an_asynchronous_handler_that_has_failed_when_it_returns_says_so()
    {
        _loop.CallbackException += (_, failure) => failure.Handled = true;
        AsyncIOHandler handler = static (_, _) => Task.FromException(new TestException());
        _loop.AddHandler(_ready.Number, handler, IOEvents.Write);
        ShouldBeTracedAsFailed();
    }

    [Fact]
    public void The_span_of_an_asynchronous_handler_ends_when_the_handler_returns_its_task()
    {
        var ends = new TaskCompletionSource();
        AsyncIOHandler handler = (_, _) => ends.Task;
        _loop.AddHandler(_ready.Number, handler, IOEvents.Write);
        using (Listen())
            _loop.RunOnce(TimeSpan.Zero);
        _spans.ShouldHaveSingleItem().Status.ShouldBe(ActivityStatusCode.Unset);
        ends.SetResult();
        _loop.RunOnce(TimeSpan.Zero);
    }

    [Fact]
    public void What_a_handler_begins_belongs_to_its_span_and_the_next_handler_s_does_not()
    {
        using var other = new EventFd();
        var parents = new List<ActivitySpanId>();
        foreach (int fd in new[] { _ready.Number, other.Number })
        {
            _loop.AddHandler(fd, (fd, _) =>
            {
                _loop.RemoveHandler(fd);
                _loop.AddCallback(() => parents.Add(Activity.Current?.SpanId ?? default));
            }, IOEvents.Write);
        }
        using (Listen())
        {
            _loop.RunOnce(TimeSpan.Zero);
            _loop.RunOnce(TimeSpan.Zero);
        }
        parents.ShouldBe(_spans.Select(span => span.SpanId));
        _spans.ShouldAllBe(span => span.ParentSpanId == default);
    }

    [Fact]
    public void When_nobody_listens_any_longer_turns_are_not_observed_any_longer()
    {
        using (var measurements = new LoopMeasurements("orders"))
        {
            _loop.RunOnce(TimeSpan.Zero);
            _loop.Core!.View.Observation.IsOn.ShouldBeTrue();
        }
        using (Listen())
            _loop.RunOnce(TimeSpan.Zero);
        _loop.Core!.View.Observation.IsOn.ShouldBeTrue();
        _loop.RunOnce(TimeSpan.Zero);
        _loop.Core!.View.Observation.IsOn.ShouldBeFalse();
    }

    public void Dispose()
    {
        _loop.Close();
        _ready.Dispose();
    }

    private void ShouldBeTracedAsFailed()
    {
        using (Listen())
            _loop.RunOnce(TimeSpan.Zero);
        var span = _spans.ShouldHaveSingleItem();
        span.Status.ShouldBe(ActivityStatusCode.Error);
        span.GetTagItem("error.type").ShouldBe(typeof(TestException).FullName);
    }

    private ActivityListener Listen()
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "IOLoop",
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = _spans.Add,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }
}
