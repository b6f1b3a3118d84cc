using CsCheck;
using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Model;

/// <summary>Random sequences of what a program may do, against a reference model.</summary>
public sealed class ModelTests
{
    private const int Sequences = 2_000;

    // The sequences run one after the other, so they can share these.
    private static readonly int[] Numbers = [.. Enumerable.Range(0, LoopModel.Slots).Select(_ => Descriptors.Unused())];

    private static readonly OperationKind[] Everything = Enum.GetValues<OperationKind>();

    // poll(2) has no kernel to judge numbers that were closed while registered: see docs/semantics.md.
    private static readonly OperationKind[] WithoutClosing =
        [.. Everything.Where(kind => kind is not (OperationKind.Close or OperationKind.CloseKeepingDuplicate))];

    [Theory]
    [InlineData(WakerKind.EventFd)]
    [InlineData(WakerKind.Pipe)]
    public void Epoll_does_what_the_model_does(WakerKind waker) => Check(PollerKind.Epoll, waker, Everything);

    [Theory]
    [InlineData(WakerKind.EventFd)]
    [InlineData(WakerKind.Pipe)]
    public void Poll_does_what_the_model_does(WakerKind waker) => Check(PollerKind.Poll, waker, WithoutClosing);

    private static void Check(PollerKind poller, WakerKind waker, OperationKind[] kinds) =>
        Operation.Random([.. kinds, OperationKind.Turn, OperationKind.Turn, OperationKind.Turn, OperationKind.Add, OperationKind.Write])
            .List[1, 60]
            .Sample(operations => RunAll(poller, waker, operations).ShouldBeNull(), iter: Sequences, threads: 1);

    private static string? RunAll(PollerKind poller, WakerKind waker, List<Operation> operations)
    {
        using var test = new LoopUnderTest(new PollIOLoopOptions { Poller = poller, Waker = waker }, Numbers);
        for (int i = 0; i < operations.Count; i++)
        {
            if (test.Do(operations[i]) is { } wrong)
                return $"step {i}: {wrong}; after {string.Join(", ", operations.Take(i + 1))}";
        }
        return test.Do(new Operation(OperationKind.Turn, 0, 0)) is { } last ? $"at the end: {last}; after {string.Join(", ", operations)}" : null;
    }
}
