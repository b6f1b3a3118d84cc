using CsCheck;
using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Sources.Tests.Fuzzing;

/// <summary>Any number where a source takes a descriptor.</summary>
[Collection(nameof(Alone))]
public sealed class SourceDescriptorsFuzz : IDisposable
{
    private const int CasesInCI = 300;
    private const long Width = 1L << 32;

    private readonly PollIOLoop _loop = new();
    private readonly Pipe _bystander = new();

    public SourceDescriptorsFuzz() => Assert.SkipUnless(OperatingSystem.IsLinux(), "numbers of other systems are not Linux's");

    // Never one that another test may open meanwhile: those are small.
    private Gen<nint> NotOpen => Gen.OneOf(
        Gen.Int[int.MinValue, -1].Select(number => (nint)number),
        Gen.Int[1 << 22, int.MaxValue].Select(number => (nint)number),
        Gen.Long[int.MaxValue + 1L, long.MaxValue].Select(number => (nint)number),
        Gen.Long[1, (1L << 30) - 1].Select(high => (nint)((high * Width) + _bystander.ReadEnd)), // cut off, it is an open one
        Gen.OneOf(-1, nint.MinValue, nint.MaxValue, int.MaxValue));

    [Fact]
    public void A_number_that_is_not_open_is_an_error_that_names_it() => Check(static number => number);

    [Fact]
    public void The_search_finds_numbers_that_are_cut_off() => Should.Throw<CsCheckException>(() => Check(static number => (int)number));

    public void Dispose()
    {
        _loop.Dispose();
        _bystander.Dispose();
    }

    private void Check(Func<nint, nint> tamper) =>
        NotOpen.Sample(number =>
        {
            var fd = FileDescriptor.From(tamper(number));
            string name = number.ToString(System.Globalization.CultureInfo.InvariantCulture);
            Should.Throw<IOException>(() => new DescriptorIO(fd)).Message.ShouldContain(name);
            Should.Throw<IOException>(() => new LoopStream(_loop, fd)).Message.ShouldContain(name);
            var options = new ChildProcessOptions("true") { StandardOutput = ChildStream.From(fd) };
            Should.Throw<IOException>(() => ChildProcess.Start(_loop, options)).Message.ShouldContain(name);
            Descriptors.IsOpen(_bystander.ReadEnd).ShouldBeTrue();
        }, iter: FuzzCases.Of(CasesInCI), threads: 1);
}
