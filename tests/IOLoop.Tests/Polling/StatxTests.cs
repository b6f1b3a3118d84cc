using IOLoops.Conformance;
using IOLoops.Interop;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Polling;

public sealed unsafe class StatxTests
{
    [Fact]
    public void A_C_library_without_statx_is_passed_by()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "statx is Linux's");
        using var pipe = new Pipe();
        Status(pipe.ReadEnd, byNumber: true).ShouldBe(Status(pipe.ReadEnd, byNumber: false));
        byte* buffer = stackalloc byte[256];
        byte path = 0;
        Statx.CallByNumber(Descriptors.Unused(), &path, 0x1000, 0x100, buffer).ShouldBe(-1);
        Errno.Last.ShouldBe(Errno.EBADF);
    }

    private static byte[] Status(int fd, bool byNumber)
    {
        byte[] result = new byte[256];
        byte path = 0;
        fixed (byte* buffer = result)
            (byNumber ? Statx.CallByNumber(fd, &path, 0x1000, 0x100, buffer) : Libc.statx(fd, &path, 0x1000, 0x100, buffer)).ShouldBe(0);
        return result;
    }
}
