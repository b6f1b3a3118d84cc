using System.Runtime.CompilerServices;
using Shouldly;
using Xunit;

namespace IOLoops.Conformance;

/// <summary>The objects behind waits are used again: nothing of an ended wait may reach the next.</summary>
public abstract partial class LoopConformance
{
    // Row: WaitAsync
    [Fact]
    public void A_cancellation_that_comes_behind_its_wait_s_end_leaves_the_wait_that_came_next()
    {
        var counter = NewEventFd(signalled: true);
        bool ended = false;
        async Task WaitTwiceAsync(CancellationToken cancellationToken)
        {
            await Loop.WaitAsync(counter.Number, IOEvents.Read, cancellationToken).ConfigureAwait(false); // resumes inside the turn
            ended = true;
            counter.Drain();
            await Loop.WaitAsync(counter.Number, IOEvents.Read, CancellationToken.None).ConfigureAwait(false);
        }
        InLoop("a wait that began when another one had ended", async () =>
        {
            using var cancellation = new CancellationTokenSource();
            var waits = WaitTwiceAsync(cancellation.Token);
#pragma warning disable VSTHRD103, CA1849 // in this turn: the loop hears of it in the next, and polls in between
            cancellation.Cancel();
#pragma warning restore VSTHRD103, CA1849
            await Turns(3);
            ended.ShouldBeTrue();
            waits.IsCompleted.ShouldBeFalse($"{waits.Exception?.InnerException}");
            counter.Signal();
            await Within(waits);
        });
    }

    // Row: Memory
    [Theory, InlineData("ready"), InlineData("cancelled"), InlineData("removed")]
    public void The_source_of_the_token_of_ended_waits_is_collectable(string end)
    {
        const int Waits = 64; // tests that run at the same time use some of these waits' objects again, and hide what they keep
        Collected(WaitOnce());

        [MethodImpl(MethodImplOptions.NoInlining)]
        WeakReference WaitOnce()
        {
            var counter = NewEventFd();
            var cancellation = new CancellationTokenSource();
            InLoop("the end of waits", async () =>
            {
                var waits = Enumerable.Range(0, Waits).Select(_ => WaitAsync()).ToArray();
                await Turns(1);
                End(counter, cancellation);
                await Task.WhenAll(waits);

                async Task WaitAsync()
                {
                    var wait = Loop.WaitAsync(counter.Number, IOEvents.Read, cancellation.Token);
                    if (end == "ready")
                        await wait;
                    else
                        await Should.ThrowAsync<OperationCanceledException>(wait.AsTask());
                }
            });
            return new WeakReference(cancellation);
        }

        void End(EventFd counter, CancellationTokenSource cancellation)
        {
            if (end == "ready")
                counter.Signal();
            else if (end == "cancelled")
                cancellation.Cancel();
            else
                Loop.RemoveHandler(counter.Number);
        }
    }
}
