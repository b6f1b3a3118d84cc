using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Hosting;

/// <summary>What is inside a handler that lets its host run, and what is not.</summary>
public abstract partial class NestedHostingTests
{
    [Fact]
    public void The_host_s_own_work_that_removes_a_handler_waits_for_the_call_that_is_on_the_stack()
    {
        Assert.SkipWhen(mayNest, "the loop cannot know that the host runs something inside a handler");
        var (host, loop) = Pumped();
        var file = NewEventFd();
        file.Signal();
        var seen = new TaskCompletionSource();
        Task? removed = null;
        bool? isOver = null;
        loop.AddHandler(file.Number, (_, _) =>
        {
            host.PostOwn(() =>
            {
                removed = loop.RemoveHandlerAsync(file.Number).AsTask();
                isOver = removed.IsCompleted;
                seen.SetResult();
            });
            Nest(host, loop, () => seen.Task);
            loop.Stop();
        }, IOEvents.Read);
        Run(loop, "a handler that is removed while it nests");
        isOver.ShouldBe(false);
        Await(removed!, "the removal");
    }

    // A handle is released between calls.
    [Fact]
    public void A_turn_continues_as_one_after_several_were_nested_in_it()
    {
        var (host, loop) = Pumped();
        var file = NewEventFd();
        file.Signal();
        bool closed = false;
        bool? closedInside = null;
        var handle = new HookedHandle(Descriptors.Duplicate(file.Number), () => closed = true);
        loop.AddCallback(() =>
        {
            for (int i = 0; i < Depth; i++)
                Nest(host, loop, () => loop.InvokeAsync(() => { }));
            loop.AddHandler(handle, (_, _) =>
            {
                handle.Dispose();
                loop.RemoveHandler(handle);
                closedInside = closed;
                loop.Stop();
            }, IOEvents.Read);
        });
        Run(loop, "a handler behind nested turns");
        closedInside.ShouldBe(false);
        closed.ShouldBeTrue();
    }
}
