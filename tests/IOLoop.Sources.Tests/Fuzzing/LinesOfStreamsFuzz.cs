using System.Text;
using CsCheck;
using IOLoops.Conformance;
using IOLoops.Sources.Tests.Loops;
using Microsoft.Win32.SafeHandles;
using Shouldly;
using Xunit;

namespace IOLoops.Sources.Tests.Fuzzing;

public sealed class Fuzzed_lines_on_epoll() : LinesOfStreamsFuzz(new NativeFixture(PollerKind.Epoll));

public sealed class Fuzzed_lines_on_poll() : LinesOfStreamsFuzz(new NativeFixture(PollerKind.Poll));

public sealed class Fuzzed_lines_in_a_context() : LinesOfStreamsFuzz(new ContextFixture());

/// <summary>The same as <see cref="LineDecoderFuzz"/>, through pipes and terminals of a loop.</summary>
public abstract class LinesOfStreamsFuzz : SourceHarness
{
    private const int CasesInCI = 30;
    private const int MostBytes = 2000; // a terminal takes 4096 that were not read

    protected LinesOfStreamsFuzz(LoopFixture fixture)
        : base(fixture) => SkipUnless(OperatingSystem.IsLinux(), "the descriptors of these tests are Linux's");

    [Fact]
    public void Lines_of_a_pipe_do_not_depend_on_how_their_bytes_arrive() => Check(() => Native.NewPipe(), _ => { });

    [Fact]
    public void Lines_of_a_terminal_do_not_depend_on_how_their_bytes_arrive() => Check(() => Native.NewTerminal(), _ => { });

    [Fact]
    public void The_search_finds_bytes_that_something_else_has_read() =>
        Should.Throw<CsCheckException>(() => Check(() => Native.NewPipe(Native.NonBlocking), reader => Descriptors.Read((int)reader.DangerousGetHandle())));

    private void Check(Func<(SafeFileHandle Reader, SafeFileHandle Writer)> open,
        Action<SafeFileHandle> between) =>
        Gen.Select(TextInPieces.Any.Where(text => text.Bytes.Length is > 0 and < MostBytes), Gen.OneOf(1, 5, 1 << 20)).Sample((text, maxLength) =>
        {
            var (reader, writer) = open();
            var lines = new List<string>();
            bool hasFailed = false;
            InLoop("lines", async () =>
            {
                using var stream = new LoopStream(Loop, reader, FileAccess.Read);
                var feeding = FeedAsync(text, writer, reader, between);
                try
                {
                    await foreach (string line in stream.ReadLinesAsync(Encoding.UTF8, maxLength))
                        lines.Add(line);
                }
                catch (InvalidDataException)
                {
                    hasFailed = true;
                }
                await feeding;
            });
            NoteProgress();
            var (expected, isTooLong) = text.Lines(Encoding.UTF8, maxLength);
            lines.ShouldBe(expected);
            hasFailed.ShouldBe(isTooLong);
        }, iter: FuzzCases.Of(CasesInCI), threads: 1, print: sample => $"at most {sample.Item2}: {sample.Item1}");

    private async Task FeedAsync(TextInPieces text, SafeFileHandle writer, SafeFileHandle reader,
        Action<SafeFileHandle> between)
    {
        using (writer)
        {
            using var output = new DescriptorIO(writer);
            foreach (byte[] piece in text.Pieces)
            {
                for (int at = 0; at < piece.Length;)
                    at += output.TryWrite(piece.AsSpan(at)) ?? await NextTurn();
                if (reader.IsClosed)
                    return;
                between(reader);
                await Turns(1);
                if (reader.IsClosed)
                    return;
            }
        }
    }

    private async Task<int> NextTurn()
    {
        await Turns(1);
        return 0;
    }
}
