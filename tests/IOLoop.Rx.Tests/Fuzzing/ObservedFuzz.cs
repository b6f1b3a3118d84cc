using System.Globalization;
using System.Text;
using CsCheck;
using IOLoops.Conformance;
using IOLoops.Sources;
using Shouldly;
using Xunit;

namespace IOLoops.Rx.Tests.Fuzzing;

/// <summary>Any bytes, any length of lines and any number of a descriptor, observed on a native loop.</summary>
public sealed class ObservedFuzz : IDisposable
{
    private const int CasesInCI = 100;
    private const long Width = 1L << 32;

    private static readonly Gen<byte[]> AnyBytes = Gen.OneOf(
        Gen.OneOf("\n", "\r\n", "\r", "a", "grün", "🙂", "0123456789").Array[0, 20].Select(parts => Encoding.UTF8.GetBytes(string.Concat(parts))),
        Gen.Byte.Array[0, 60]);

    private readonly PollIOLoop _loop = new();
    private readonly Pipe _bystander = new();

    public ObservedFuzz() => Assert.SkipUnless(OperatingSystem.IsLinux(), "numbers of other systems are not Linux's");

    // Never one that another test may open meanwhile: those are small.
    private Gen<nint> NotOpen => Gen.OneOf(
        Gen.Int[int.MinValue, -1].Select(number => (nint)number),
        Gen.Int[1 << 22, int.MaxValue].Select(number => (nint)number),
        Gen.Long[1, (1L << 30) - 1].Select(high => (nint)((high * Width) + _bystander.ReadEnd))); // cut off, it is an open one

    [Fact]
    public void Observed_lines_are_those_that_were_written_and_none_is_longer_than_it_may_be() => CheckLines(static limit => limit);

    [Fact]
    public void The_search_finds_a_length_that_is_not_passed_on() => Should.Throw<CsCheckException>(() => CheckLines(static _ => 1 << 20));

    [Fact]
    public void A_length_that_is_not_positive_is_refused()
    {
        var (reader, writer) = LoopStream.CreatePipe(_loop);
        using (reader)
        using (writer)
        {
            Gen.Int.Sample(limit =>
            {
                if (limit > 0)
                    _ = reader.ObserveLines(maxLength: limit);
                else
                    Should.Throw<ArgumentOutOfRangeException>(() => reader.ObserveLines(maxLength: limit)).Message.ShouldContain("greater than or equal to '1'");
            }, iter: FuzzCases.Of(CasesInCI), threads: 1);
        }
    }

    [Fact]
    public void A_number_that_is_not_open_fails_the_subscription_by_name() => CheckNumbers(static number => number);

    [Fact]
    public void The_search_finds_numbers_that_are_cut_off() => Should.Throw<CsCheckException>(() => CheckNumbers(static number => (int)number));

    public void Dispose()
    {
        _loop.Dispose();
        _bystander.Dispose();
    }

    private void CheckLines(Func<int, int> tamper) =>
        Gen.Select(AnyBytes, Gen.OneOf(1, 5, 20, 1000)).Sample((bytes, limit) =>
        {
            var lines = new List<string>();
            Exception? failure = null;
            var (reader, writer) = LoopStream.CreatePipe(_loop);
            using (reader)
            {
                _loop.RunSync(async () => await writer.WriteAsync(bytes), TimeSpan.FromSeconds(30));
                writer.Dispose();
                var ended = new TaskCompletionSource();
                using var subscription = reader.ObserveLines(maxLength: tamper(limit)).Subscribe(
                    lines.Add,
                    error =>
                    {
                        failure = error;
                        ended.SetResult();
                    },
                    ended.SetResult);
                _loop.RunSync(() => ended.Task, TimeSpan.FromSeconds(30));
            }
            string[] parts = Encoding.UTF8.GetString(bytes).Split('\n');
            string[] expected = [.. parts[..^1].Select(line => line.EndsWith('\r') ? line[..^1] : line), .. parts[^1].Length > 0 ? parts[^1..] : []];
            int tooLong = Array.FindIndex(expected, line => line.Length > limit);
            lines.ShouldBe(tooLong < 0 ? expected : expected[..tooLong]);
            if (tooLong < 0)
                failure.ShouldBeNull();
            else
                failure.ShouldBeOfType<InvalidDataException>().Message.ShouldContain("Pass a larger maxLength");
        }, iter: FuzzCases.Of(CasesInCI), threads: 1, print: sample => $"{Convert.ToHexString(sample.Item1)}, at most {sample.Item2}");

    private void CheckNumbers(Func<nint, nint> tamper) =>
        NotOpen.Sample(number =>
        {
            var fd = FileDescriptor.From(tamper(number));
            string name = number.ToString(CultureInfo.InvariantCulture);
            Exception? ofEvents = null, ofReads = null;
            using var events = _loop.ObserveEvents(fd, IOEvents.Read).Subscribe(_ => { }, error => ofEvents = error);
            using var reads = _loop.ObserveReads(fd).Subscribe(_ => { }, error => ofReads = error);
            for (int turn = 0; turn < 3; turn++)
                _loop.RunOnce(TimeSpan.Zero);
            ofEvents.ShouldBeOfType<IOException>().Message.ShouldContain(name);
            ofReads.ShouldBeOfType<IOException>().Message.ShouldContain(name);
        }, iter: FuzzCases.Of(CasesInCI), threads: 1);
}
