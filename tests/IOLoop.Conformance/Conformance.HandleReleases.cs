using Shouldly;
using Xunit;

namespace IOLoops.Conformance;

/// <summary>Releasing a handle may close it, which is code of the user's: when it runs, and what it may do.</summary>
public abstract partial class LoopConformance
{
    // Row: Whose code runs where (at the end of a run)
    [Fact]
    public void A_handle_that_is_removed_by_what_resumes_at_the_end_of_a_run_is_the_user_s_alone_then_too()
    {
        var pipe = NewPipe();
        bool closed = false;
        var handle = new HookedHandle(Descriptors.Duplicate(pipe.ReadEnd), () => closed = true);
        var waited = NewPipe();
        var counter = NewEventFd(signalled: true);
        Loop.AddHandler(handle, (_, _) => { }, IOEvents.Read);
        Loop.AddCallback(() => OnFailure(Loop.WaitAsync(waited.ReadEnd, IOEvents.Read), _ =>
        {
            Loop.RemoveHandler(handle);
            handle.Dispose();
        }));
        Loop.AddHandler(counter.Number, (fd, _) =>
        {
            Loop.RemoveHandler(fd);
            Loop.RemoveHandler(waited.ReadEnd);
            Loop.Stop(); // so that the wait ends when the run ends
        }, IOEvents.Read);
        Run("a stop in a handler");
        closed.ShouldBeTrue();
    }

    // Row: Failures (code that closes a handle)
    [Theory, InlineData(true), InlineData(false)]
    public void A_handle_that_cannot_be_released_is_reported_and_ends_nothing(bool inLoop)
    {
        Failures.Expected = true;
        var pipe = NewPipe();
        int closed = 0;
        var handles = Enumerable.Range(0, 2).Select(_ => new HookedHandle(Descriptors.Duplicate(pipe.ReadEnd), () =>
        {
            closed++;
            throw new TestException();
        })).ToList();
        void Remove()
        {
            foreach (var handle in handles)
            {
                handle.Dispose(); // the loop holds it
                Loop.RemoveHandler(handle.Number);
            }
        }
        handles.ForEach(handle => Loop.AddHandler(handle, (_, _) => { }, IOEvents.Read));
        if (inLoop)
            At(1, Remove);
        else
            Remove();
        RunTurns(3);
        Turn.ShouldBe(4);
        closed.ShouldBe(2);
        Failures.All.Select(failure => failure.Exception).ShouldAllBe(exception => exception is TestException);
        Failures.All.Count.ShouldBe(2);
    }
}
