using IOLoops.Interop;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Polling;

public sealed unsafe class EpollEventTests
{
    [Fact]
    public void The_kernel_packs_the_event_on_x86_64_alone()
    {
        EpollEvent.SizeOn(packed: true).ShouldBe(12);
        EpollEvent.DataOffsetOn(packed: true).ShouldBe(4);
        EpollEvent.SizeOn(packed: false).ShouldBe(16);
        EpollEvent.DataOffsetOn(packed: false).ShouldBe(8);
        EpollEvent.MaxSize.ShouldBe(16);
    }

    [Fact]
    public void What_is_written_is_read_back()
    {
        byte* buffer = stackalloc byte[EpollEvent.MaxSize];
        EpollEvent.Write(buffer, IOEvents.Read | IOEvents.ReadHangUp, 0x0123456789ABCDEF);
        EpollEvent.Events(buffer).ShouldBe(IOEvents.Read | IOEvents.ReadHangUp);
        EpollEvent.Data(buffer).ShouldBe(0x0123456789ABCDEFul);
    }
}
