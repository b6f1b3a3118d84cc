using Shouldly;
using Xunit;

namespace IOLoops.Tests.Contract;

public sealed class IOEventsTests
{
    private const IOEvents ErrorAlone = (IOEvents)0x008;
    private const IOEvents HangUpAlone = (IOEvents)0x010;

    [Fact]
    public void Each_question_is_about_its_own_bits_alone()
    {
        foreach (var events in Enumerable.Range(0, 0x4000).Select(bits => (IOEvents)bits))
        {
            events.IsReadable().ShouldBe((events & IOEvents.Read) != 0);
            events.IsWritable().ShouldBe((events & IOEvents.Write) != 0);
            events.HasError().ShouldBe((events & IOEvents.Error) != 0);
        }
    }

    // Row: Error
    [Fact]
    public void An_error_or_a_hang_up_alone_is_an_error()
    {
        ErrorAlone.HasError().ShouldBeTrue();
        HangUpAlone.HasError().ShouldBeTrue();
        IOEvents.Error.HasError().ShouldBeTrue();
#pragma warning disable IOL0009 // Why the question exists.
        ErrorAlone.HasFlag(IOEvents.Error).ShouldBeFalse();
#pragma warning restore IOL0009
        (IOEvents.Read | HangUpAlone).HasError().ShouldBeTrue();
        IOEvents.ReadHangUp.HasError().ShouldBeFalse();
    }
}
