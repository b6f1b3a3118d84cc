using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Sources.Tests.Serial;

/// <summary>What a serial line must do on every loop, shown with a pty.</summary>
public abstract class SerialTests : SourceHarness
{
    private const uint SoftwareFlow = 0x1400; // IXON and IXOFF
    private const uint CheckParity = 0x10;
    private const uint TwoStopBits = 0x40;
    private const uint ParityKind = 0x4000_0200; // PARODD and CMSPAR; a pty drops PARENB and the size
    private const uint HardwareFlow = 0x8000_0000;
    private const uint Canonical = 2;

    protected SerialTests(LoopFixture fixture)
        : base(fixture)
    {
        SkipUnless(OperatingSystem.IsLinux(), "SerialLine is Linux's");
        SkipUnderQemu("it does not know TCGETS2");
    }

    private PtyPair NewPty() => Own(new PtyPair());

    private SerialLine Open(PtyPair pty, SerialLineOptions? options = null) => Own(SerialLine.Open(Loop, pty.Path, options));

    [Fact]
    public void A_raw_line_passes_all_bytes_both_ways() => InLoop("bytes", async () =>
    {
        using var pty = NewPty();
        using var line = Open(pty);
        await using var other = new LoopStream(Loop, pty.Side, leaveOpen: true);
        byte[] bytes = [.. Enumerable.Range(0, 256).Select(i => (byte)i)];
        byte[] read = new byte[256];
        await line.Stream.WriteAsync(bytes);
        await Within(other.ReadExactlyAsync(read).AsTask());
        read.ShouldBe(bytes);
        await other.WriteAsync(bytes);
        await Within(line.Stream.ReadExactlyAsync(read).AsTask());
        read.ShouldBe(bytes);
        var wait = line.Stream.ReadAsync(read).AsTask();
        await Turns(3);
        wait.IsCompleted.ShouldBeFalse();
        pty.Side.Dispose();
        await other.DisposeAsync();
        (await Within(wait)).ShouldBe(0);
    });

    [Fact]
    public void A_line_that_is_not_raw_keeps_its_editing()
    {
        using var pty = NewPty();
        using var line = Open(pty, new SerialLineOptions { Raw = false });
        (pty.Settings[3] & Canonical).ShouldBe(Canonical);
    }

    [Theory]
    [InlineData(9600)]
    [InlineData(115200)]
    [InlineData(250000)]
    [InlineData(12345)]
    public void Any_speed_is_set(int speed)
    {
        using var pty = NewPty();
        using var line = Open(pty, new SerialLineOptions { BaudRate = speed });
        pty.Settings[^1].ShouldBe((uint)speed);
        pty.Settings[^2].ShouldBe((uint)speed);
        (pty.Settings[3] & Canonical).ShouldBe(0u);
    }

    [Theory]
    [InlineData(Parity.None, 0u)]
    [InlineData(Parity.Even, 0u)]
    [InlineData(Parity.Odd, 0x200u)]
    [InlineData(Parity.Mark, 0x4000_0200u)]
    [InlineData(Parity.Space, 0x4000_0000u)]
    public void Parity_is_set(Parity parity, uint bits)
    {
        using var pty = NewPty();
        using var line = Open(pty, new SerialLineOptions { Parity = parity });
        (pty.Settings[2] & ParityKind).ShouldBe(bits);
        (pty.Settings[0] & CheckParity).ShouldBe(parity == Parity.None ? 0 : CheckParity);
    }

    [Theory]
    [InlineData(StopBits.One, 8, 0u)]
    [InlineData(StopBits.Two, 7, TwoStopBits)]
    [InlineData(StopBits.OnePointFive, 5, TwoStopBits)]
    public void Stop_bits_are_set(StopBits stopBits, int dataBits, uint bits)
    {
        using var pty = NewPty();
        using var line = Open(pty, new SerialLineOptions { StopBits = stopBits, DataBits = dataBits });
        (pty.Settings[2] & TwoStopBits).ShouldBe(bits);
    }

    [Theory]
    [InlineData(SerialFlowControl.None, 0u, 0u)]
    [InlineData(SerialFlowControl.Hardware, 0u, HardwareFlow)]
    [InlineData(SerialFlowControl.Software, SoftwareFlow, 0u)]
    public void Flow_control_is_set(SerialFlowControl flowControl, uint input, uint control)
    {
        using var pty = NewPty();
        using var line = Open(pty, new SerialLineOptions { FlowControl = flowControl });
        (pty.Settings[0] & SoftwareFlow).ShouldBe(input);
        (pty.Settings[2] & HardwareFlow).ShouldBe(control);
    }

    [Fact]
    public void Disposal_restores_the_settings_and_ends_a_read() => InLoop("the end", async () =>
    {
        using var pty = NewPty();
        uint[] before = pty.Settings;
        var line = Open(pty, new SerialLineOptions { BaudRate = 300, FlowControl = SerialFlowControl.Hardware });
        pty.Settings.ShouldNotBe(before);
        var read = line.Stream.ReadAsync(new byte[1]).AsTask();
        line.Dispose();
        line.Dispose();
        pty.Settings.ShouldBe(before);
        await Should.ThrowAsync<ObjectDisposedException>(() => Within(read));
        await Should.ThrowAsync<ObjectDisposedException>(() => line.SendBreakAsync(TimeSpan.Zero));
        Should.Throw<ObjectDisposedException>(() => line.ClearToSend);
    });

    [Fact]
    public void Disposal_of_its_stream_restores_the_settings_too() => InLoop("the end", async () =>
    {
        using var pty = NewPty();
        uint[] before = pty.Settings;
        using var line = Open(pty, new SerialLineOptions { BaudRate = 300 });
        await line.Stream.DisposeAsync();
        pty.Settings.ShouldBe(before);
        Should.Throw<ObjectDisposedException>(() => line.ClearToSend);
    });

    [Fact]
    public void A_device_without_modem_lines_says_so()
    {
        using var pty = NewPty();
        using var line = Open(pty);
        Should.Throw<IOException>(() => line.ClearToSend).HResult.ShouldBe(25);
        Should.Throw<IOException>(() => line.DataSetReady).HResult.ShouldBe(25);
        Should.Throw<IOException>(() => line.CarrierDetect).HResult.ShouldBe(25);
        Should.Throw<IOException>(() => line.RingIndicator).HResult.ShouldBe(25);
        Should.Throw<IOException>(() => line.RequestToSend).HResult.ShouldBe(25);
        Should.Throw<IOException>(() => line.RequestToSend = true).HResult.ShouldBe(25);
        Should.Throw<IOException>(() => line.DataTerminalReady).HResult.ShouldBe(25);
        Should.Throw<IOException>(() => line.DataTerminalReady = false).HResult.ShouldBe(25);
    }

    [Fact]
    public void A_break_lasts_as_long_as_asked_for_while_the_line_is_read() => InLoop("a break", async () =>
    {
        using var pty = NewPty();
        using var line = Open(pty);
        await using var other = new LoopStream(Loop, pty.Side, leaveOpen: true);
        var began = Loop.Time;
        var read = line.Stream.ReadAsync(new byte[4]).AsTask();
        var end = line.SendBreakAsync(4 * Moment);
        await other.WriteAsync("x"u8.ToArray());
        (await Within(read)).ShouldBe(1);
        await Within(end);
        (Loop.Time - began).ShouldBeGreaterThanOrEqualTo(4 * Moment);
        Should.Throw<ArgumentOutOfRangeException>(() => { _ = line.SendBreakAsync(-Moment); });
    });

    [Fact]
    public void Disposal_ends_a_break() => InLoop("a break", async () =>
    {
        using var pty = NewPty();
        using var line = Open(pty);
        var end = line.SendBreakAsync(TimeSpan.FromHours(1));
        await Turns(5);
        end.IsCompleted.ShouldBeFalse();
        line.Dispose();
        await Should.ThrowAsync<ObjectDisposedException>(() => Within(end));
    });

    [Fact]
    public void A_closed_loop_ends_a_break()
    {
        using var pty = NewPty();
        using var line = Open(pty);
        var end = line.SendBreakAsync(TimeSpan.FromHours(1));
        InLoop(() => { });
        Loop.Close();
        Bounded.Await(end, "the break");
        end.Exception!.InnerException.ShouldBeOfType<ObjectDisposedException>();
        Should.Throw<ObjectDisposedException>(() => SerialLine.Open(Loop, pty.Path));
    }

    [Fact]
    public void What_cannot_be_opened_says_why()
    {
        string file = Path.GetTempFileName();
        Should.Throw<IOException>(() => SerialLine.Open(Loop, file)).HResult.ShouldBe(25);
        File.Delete(file);
        var thrown = Should.Throw<IOException>(() => SerialLine.Open(Loop, file));
        thrown.HResult.ShouldBe(2);
        thrown.Message.ShouldContain(file);
        using var pty = NewPty();
        Should.Throw<ArgumentOutOfRangeException>(() => Open(pty, new SerialLineOptions { BaudRate = 0 }));
        Should.Throw<ArgumentOutOfRangeException>(() => Open(pty, new SerialLineOptions { DataBits = 9 }));
        Should.Throw<ArgumentException>(() => Open(pty, new SerialLineOptions { StopBits = StopBits.OnePointFive }));
        Should.Throw<ArgumentException>(() => Open(pty, new SerialLineOptions { StopBits = 0 }));
        Should.Throw<ArgumentException>(() => Open(pty, new SerialLineOptions { Parity = (Parity)9 }));
        Should.Throw<ArgumentNullException>(() => SerialLine.Open(Loop, null!));
    }
}
