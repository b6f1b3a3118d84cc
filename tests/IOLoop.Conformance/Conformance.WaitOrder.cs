using Shouldly;
using Xunit;

namespace IOLoops.Conformance;

public abstract partial class LoopConformance
{
    // Row: WaitAsync (in the order in which they began)
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Waits_on_one_descriptor_end_in_the_order_in_which_they_began(bool cancel)
    {
        var sockets = NewSocketPair();
        var order = new List<int>();
        using var cancellation = new CancellationTokenSource();
        async Task WaitAsync(int number, IOEvents events, CancellationToken token = default)
        {
            await Loop.WaitAsync(sockets.Left, events, token);
            if (number != 0)
                order.Add(number);
        }
        InLoop("five waits", async () =>
        {
            var waits = new List<Task> { WaitAsync(1, IOEvents.Read), WaitAsync(2, IOEvents.Read), WaitAsync(3, IOEvents.Write) };
            var cancelled = WaitAsync(0, IOEvents.Read, cancellation.Token);
            waits.AddRange([WaitAsync(4, IOEvents.Read), WaitAsync(5, IOEvents.Read)]);
            await Within(waits[2]); // the others are put together again
            if (cancel)
                await cancellation.CancelAsync(); // and again
            else
                cancelled = Task.FromCanceled(new CancellationToken(canceled: true));
            await Should.ThrowAsync<OperationCanceledException>(Within(cancelled));
            Descriptors.Write(sockets.Right);
            await Within(Task.WhenAll(waits));
        });
        order.ShouldBe([3, 1, 2, 4, 5]);
    }

    [Fact]
    public void Waits_that_a_removal_ends_end_in_the_order_in_which_they_began()
    {
        var pipe = NewPipe();
        var order = new List<int>();
        InLoop("three removed waits", async () =>
        {
            var waits = Enumerable.Range(1, 3).Select(async number =>
            {
                await Should.ThrowAsync<OperationCanceledException>(async () =>
                {
                    try
                    {
                        await Loop.WaitAsync(pipe.ReadEnd, IOEvents.Read);
                    }
                    finally
                    {
                        order.Add(number);
                    }
                });
            }).ToArray();
            Loop.RemoveHandler(pipe.ReadEnd);
            await Within(Task.WhenAll(waits));
        });
        order.ShouldBe([1, 2, 3]);
    }
}
