using CsCheck;
using IOLoops.Conformance;
using IOLoops.Sources.Tests.Serial;
using Shouldly;
using Xunit;

namespace IOLoops.Sources.Tests.Fuzzing;

/// <summary>Any value of every option and number of this package: it works, or is refused by an exception that says what is allowed.</summary>
[Collection(nameof(Alone))]
public sealed class SourceOptionsFuzz : IDisposable
{
    private const int CasesInCI = 300;

    private static readonly Gen<int> AnyNumber = Gen.OneOf(Gen.Int, Gen.Int[-3, 12], Gen.OneOf(0, -1, int.MinValue, int.MaxValue, 65_535, 65_536));

    private static readonly Gen<TimeSpan> AnyTime = Gen.OneOf(
        Gen.Long.Select(ticks => new TimeSpan(ticks)),
        Gen.Int[-10, 10].Select(ms => TimeSpan.FromMilliseconds(ms)),
        Gen.OneOf(TimeSpan.MinValue, TimeSpan.MaxValue, TimeSpan.Zero, Timeout.InfiniteTimeSpan, new TimeSpan(-1), TimeSpan.FromDays(50)));

    private static readonly Gen<SerialLineOptions> AnySerialLine = Gen.Select(AnyNumber, AnyNumber, AnyNumber, AnyNumber, AnyNumber, Gen.Bool,
        (speed, bits, parity, stopBits, flow, raw) => new SerialLineOptions
        {
            BaudRate = speed,
            DataBits = bits,
            Parity = (Parity)parity,
            StopBits = (StopBits)stopBits,
            FlowControl = (SerialFlowControl)flow,
            Raw = raw,
        });

    // All but one option as they are unless set: else hardly any line would be valid.
    private static readonly Gen<SerialLineOptions> NearlyValidSerialLine = Gen.Select(AnySerialLine, Gen.Int[0, 4], (any, which) => new SerialLineOptions
    {
        BaudRate = which == 0 ? any.BaudRate : 9600,
        DataBits = which == 1 ? any.DataBits : 8,
        Parity = which == 2 ? any.Parity : Parity.None,
        StopBits = which == 3 ? any.StopBits : StopBits.One,
        FlowControl = which == 4 ? any.FlowControl : SerialFlowControl.None,
        Raw = any.Raw,
    });

    private readonly PollIOLoop _loop = new();

    public SourceOptionsFuzz() => Assert.SkipUnless(OperatingSystem.IsLinux(), "serial lines and terminals of these tests are Linux's");

    [Fact]
    public void A_serial_line_takes_every_valid_value_and_says_which_one_is_not() =>
        CheckSerialLines((line, pty) => SerialLine.Open(_loop, pty.Path, line).Dispose());

    [Fact]
    public void The_search_finds_an_option_that_is_not_checked() =>
        Should.Throw<CsCheckException>(() => CheckSerialLines((line, pty) =>
        {
            line.Parity = Enum.IsDefined(line.Parity) ? line.Parity : Parity.None;
            SerialLine.Open(_loop, pty.Path, line).Dispose();
        }));

    [Fact]
    public void A_terminal_takes_every_size_that_a_terminal_has()
    {
        using var terminal = PseudoTerminal.Open(_loop);
        Gen.Select(AnyNumber, AnyNumber).Sample((columns, rows) =>
        {
            bool isValid = columns is >= 0 and <= ushort.MaxValue && rows is >= 0 and <= ushort.MaxValue;
            Expect(isValid, () => terminal.Size = (columns, rows), "65535", "non-negative");
            Expect(isValid, () => PseudoTerminal.Open(_loop, columns, rows).Dispose(), "65535", "non-negative");
            // A child with a valid size is not started here, for there is no such program.
            var options = new ChildProcessOptions("/nowhere/no-program") { Terminal = (columns, rows) };
            if (isValid)
                Should.Throw<IOException>(() => ChildProcess.Start(_loop, options)).Message.ShouldContain("/nowhere/no-program");
            else
                Expect(false, () => ChildProcess.Start(_loop, options), "65535");
        }, iter: FuzzCases.Of(CasesInCI / 5), threads: 1);
    }

    [Fact]
    public void A_stream_takes_every_valid_number_and_says_which_one_is_not()
    {
        using var pipe = new Pipe();
        using var stream = new LoopStream(_loop, pipe.ReadEnd, FileAccess.Read, leaveOpen: true);
        AnyNumber.Sample(number =>
        {
            Expect(number > 0 || number == Timeout.Infinite, () => stream.ReadTimeout = number, "positive");
            Expect(number > 0 || number == Timeout.Infinite, () => stream.WriteTimeout = number, "positive");
            Expect(number > 0, () => stream.ReadLinesAsync(maxLength: number), "greater than or equal to '1'");
            Expect(number is 1 or 3, () => new LoopStream(_loop, pipe.ReadEnd, (FileAccess)number, leaveOpen: true).Dispose(), "FileAccess", "opened for");
            if (number < 1)
                Expect(false, () => new FolderWatch(_loop, number).Dispose(), "greater than or equal to '1'");
        }, iter: FuzzCases.Of(CasesInCI), threads: 1);
    }

    [Fact]
    public void A_child_takes_every_text_that_a_program_can_be_given() =>
        Gen.Select(Gen.String, Gen.String, Gen.String, Gen.OneOf("", "=", "\0", "\ud800", "a")).Sample((argument, name, value, odd) =>
        {
            var options = new ChildProcessOptions("/nowhere/no-program", argument + odd) { WorkingDirectory = "/nowhere" };
            options.Environment[name + odd] = value;
            bool isValid = !(argument + odd + name + value).Contains('\0', StringComparison.Ordinal)
                && (name + odd).Length > 0 && !(name + odd).Contains('=', StringComparison.Ordinal);
            if (isValid)
                Should.Throw<IOException>(() => ChildProcess.Start(_loop, options)).Message.ShouldContain("/nowhere");
            else
                Should.Throw<ArgumentException>(() => ChildProcess.Start(_loop, options));
        }, iter: FuzzCases.Of(CasesInCI / 5), threads: 1);

    [Fact]
    public void A_grace_is_any_time_that_a_timer_can_wait()
    {
        var child = ChildProcess.Start(_loop, new ChildProcessOptions("cat") { StandardInput = ChildStream.Pipe });
        AnyTime.Where(time => time != Timeout.InfiniteTimeSpan && (time < TimeSpan.Zero || time > TimeSpan.FromDays(49.8)))
            .Sample(time => Expect(false, () => child.StopAsync(time), "49 days"), iter: FuzzCases.Of(CasesInCI), threads: 1);
        _ = child.StopAsync(TimeSpan.FromDays(49));
        _loop.RunSync(async () => await child.StopAsync(TimeSpan.Zero), TimeSpan.FromSeconds(30));
        child.Dispose();
    }

    public void Dispose() => _loop.Dispose();

    private static void CheckSerialLines(Action<SerialLineOptions, PtyPair> open)
    {
        using var pty = new PtyPair();
        Gen.OneOf(NearlyValidSerialLine, NearlyValidSerialLine, AnySerialLine).Sample(line =>
        {
            bool isInRange = line.BaudRate >= 1 && line.DataBits is >= 5 and <= 8
                && Enum.IsDefined(line.Parity) && Enum.IsDefined(line.StopBits) && Enum.IsDefined(line.FlowControl);
            if (isInRange && line.StopBits == StopBits.OnePointFive && line.DataBits != 5)
                Should.Throw<ArgumentException>(() => open(line, pty)).Message.ShouldContain("five data bits");
            else
                Expect(isInRange, () => open(line, pty), "BaudRate", "DataBits", "Parity", "StopBits", "SerialFlowControl");
        }, iter: FuzzCases.Of(CasesInCI), threads: 1,
            print: line => $"{line.BaudRate} {line.DataBits} {line.Parity} {line.StopBits} {line.FlowControl} {line.Raw}");
    }

    /// <param name="isValid">Whether it is to work.</param>
    /// <param name="use">What is tried.</param>
    /// <param name="hints">One of them is to be in the message that refuses it.</param>
    private static void Expect(bool isValid, Action use, params string[] hints)
    {
        ArgumentException? refusal = null;
        try
        {
            use();
        }
        catch (ArgumentException exception)
        {
            refusal = exception;
        }
        (refusal is null).ShouldBe(isValid, refusal?.Message);
        if (refusal is not null)
            hints.Any(hint => refusal.Message.Contains(hint, StringComparison.Ordinal)).ShouldBeTrue(refusal.Message);
    }
}
