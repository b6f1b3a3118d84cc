using IOLoops.Callbacks;
using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Core;

public sealed class StateBoxTests
{
    [Fact]
    public void What_a_thread_has_returned_is_its_own_to_rent_again()
    {
        var returned = StateBox<Value>.Rent(new Value(1));
        returned.Return().Number.ShouldBe(1);
        OtherThread.Start(() => StateBox<Value>.Rent(new Value(2)).ShouldNotBeSameAs(returned)).Join();
        StateBox<Value>.Rent(new Value(3)).ShouldBeSameAs(returned);
        returned.Return().Number.ShouldBe(3);
    }

    [Fact]
    public void What_a_thread_has_no_place_for_is_for_all()
    {
        var boxes = new[] { StateBox<Other>.Rent(default), StateBox<Other>.Rent(default) };
        foreach (var box in boxes)
            box.Return();
        OtherThread.Start(() => StateBox<Other>.Rent(default).ShouldBeSameAs(boxes[1])).Join();
    }

    private readonly record struct Value(int Number);

    private readonly record struct Other(int Number);
}
