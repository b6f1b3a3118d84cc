using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Hosting;

/// <summary>Code that resumes after waits, and runs a loop inside that.</summary>
public abstract partial class NestedHostingTests
{
    // What asks for no context resumes inside the turn, before its callbacks.
    [Fact]
    public void What_goes_on_after_waits_that_end_together_may_nest_one_inside_the_other()
    {
        var (host, loop) = Pumped();
        var file = NewEventFd();
        file.Signal();
        var last = new TaskCompletionSource();
        int ended = 0;
        async Task WaitAsync()
        {
            await loop.WaitAsync(file.Number, IOEvents.Read).ConfigureAwait(false);
            if (++ended == 1)
            {
                Nest(host, loop, () => last.Task);
                return;
            }
            Nest(host, loop, () => Task.Run(() => loop.InvokeAsync(static () => { })));
            last.SetResult();
        }
        loop.AddCallback(async () =>
        {
            await Task.WhenAll(WaitAsync(), WaitAsync());
            loop.Stop();
        });
        Run(loop, "both waits");
        ended.ShouldBe(2);
    }

    [Fact]
    public void What_goes_on_after_a_wait_that_another_thread_has_ended_may_nest()
    {
        var (host, loop) = Pumped();
        var pipe = NewPipe();
        bool wasCancelled = false;
        async Task WaitAsync()
        {
            try
            {
                await loop.WaitAsync(pipe.ReadEnd, IOEvents.Read).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                Nest(host, loop, () => Task.Run(() => loop.InvokeAsync(static () => { })));
                wasCancelled = true;
            }
        }
        loop.AddCallback(async () =>
        {
            var wait = WaitAsync();
            await Task.Run(() => loop.RemoveHandlerAsync(pipe.ReadEnd).AsTask());
            await wait;
            loop.Stop();
        });
        Run(loop, "the end of a wait");
        wasCancelled.ShouldBeTrue();
    }
}
