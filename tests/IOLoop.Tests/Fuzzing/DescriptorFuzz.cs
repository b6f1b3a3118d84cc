using System.Globalization;
using CsCheck;
using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Fuzzing;

/// <summary>Any number, and a descriptor of any kind, wherever a loop takes one. A bystander keeps getting its events.</summary>
public abstract class DescriptorFuzz : LoopHarness
{
    private const int CasesInCI = 40;
    private const long Width = 1L << 32;
    private const IOEvents AllEvents = IOEvents.Read | IOEvents.Priority | IOEvents.Write | IOEvents.Error | IOEvents.ReadHangUp;

    private readonly Pipe _bystander;
    private int _served;

    protected DescriptorFuzz(LoopFixture fixture)
        : base(fixture)
    {
        SkipUnless(OperatingSystem.IsLinux(), "numbers of other systems are not Linux's");
        _bystander = NewPipe();
        Loop.AddHandler(_bystander.ReadEnd, (_, _) => _served += _bystander.Drain(), IOEvents.Read);
    }

    // Never one that another test may open meanwhile: those are small.
    private Gen<nint> NotOpen => Gen.OneOf(
        Gen.Int[int.MinValue, -1].Select(number => (nint)number),
        Gen.Int[1 << 22, int.MaxValue].Select(number => (nint)number),
        Gen.Long[int.MaxValue + 1L, long.MaxValue].Select(number => (nint)number),
        Gen.Long[1, (1L << 30) - 1].Select(high => (nint)((high * Width) + _bystander.ReadEnd)), // cut off, it is an open one
        Gen.OneOf(-1, nint.MinValue, nint.MaxValue, int.MaxValue));

    private static Gen<IOEvents> AnyEvents => Gen.OneOf(Gen.Int, Gen.Int[0, 31], Gen.OneOf(0, 0x201f, 1 << 31, 1 << 30, -1)).Select(bits => (IOEvents)bits);

    [Fact]
    public void A_number_that_is_not_open_is_an_error_that_names_it() => CheckNotOpen(static number => number);

    [Fact]
    public void The_search_finds_numbers_that_are_cut_off() => Should.Throw<CsCheckException>(() => CheckNotOpen(static number => (int)number));

    [Fact]
    public void A_descriptor_of_any_kind_takes_any_events_there_are() => CheckKinds(closes: false, static events => events);

    [Fact]
    public void A_descriptor_of_any_kind_may_be_closed_while_it_is_registered() => CheckKinds(closes: true, static events => events);

    [Fact]
    public void The_search_finds_events_that_are_ignored_when_unknown() =>
        Should.Throw<CsCheckException>(() => CheckKinds(closes: false, static events => events & AllEvents));

    private void CheckNotOpen(Func<nint, nint> tamper) =>
        NotOpen.Sample(number =>
        {
            var fd = FileDescriptor.From(tamper(number));
            string name = number.ToString(CultureInfo.InvariantCulture);
            Should.Throw<IOException>(() => Loop.AddHandler(fd, (_, _) => { }, IOEvents.Read)).Message.ShouldContain(name);
            Should.Throw<IOException>(() => Loop.AddHandler(fd, (_, _) => Task.CompletedTask, IOEvents.Write)).Message.ShouldContain(name);
            Should.Throw<InvalidOperationException>(() => Loop.UpdateHandler(fd, IOEvents.Read)).Message.ShouldContain(name);
            Should.Throw<IOException>(() => _ = Loop.WaitAsync(fd, IOEvents.Read).AsTask()).Message.ShouldContain(name);
            Loop.RemoveHandler(fd);
            Loop.RemoveHandlerAsync(fd).AsTask().IsCompletedSuccessfully.ShouldBeTrue();
            Loop.CloseFd(fd);
            Loop.SplitFd(fd).ShouldBe((number, null));
            CheckBystander();
        }, iter: FuzzCases.Of(CasesInCI), threads: 1);

    private void CheckKinds(bool closes, Func<IOEvents, IOEvents> tamper) =>
        Gen.Select(Gen.Int[0, OddFiles.Count - 1], AnyEvents, AnyEvents).Sample((kind, events, changed) =>
        {
            using var file = new OddFiles(kind);
            int calls = 0;
            bool isKnown = (events & ~AllEvents) == 0;
            Expect(isKnown, () => Loop.AddHandler(file.Number, (_, _) => calls++, tamper(events)));
            if (isKnown)
                Expect((changed & ~AllEvents) == 0, () => Loop.UpdateHandler(file.Number, tamper(changed)));
            RunTurns(2);
            calls.ShouldBeLessThanOrEqualTo(3, "once per turn");
            if (closes)
            {
                file.Dispose();
                RunTurns(2);
            }
            CheckBystander();
            Loop.RemoveHandler(file.Number);
            calls = 0;
            RunTurns(1);
            calls.ShouldBe(0, "it was removed");
        }, iter: FuzzCases.Of(CasesInCI), threads: 1, print: sample => $"{OddFiles.NameOf(sample.Item1)}, {(int)sample.Item2:x}, {(int)sample.Item3:x}");

    private static void Expect(bool isKnown, Action call)
    {
        if (isKnown)
            Should.NotThrow(call);
        else
            Should.Throw<ArgumentException>(call).Message.ShouldContain("Combine values of IOEvents");
    }

    private void CheckBystander()
    {
        int before = _served;
        _bystander.Send();
        RunTurns(2);
        _served.ShouldBe(before + 1);
    }
}
