using System.Text;
using CsCheck;
using IOLoops.Conformance;
using IOLoops.Sources.Streams;
using Shouldly;
using Xunit;

namespace IOLoops.Sources.Tests.Fuzzing;

/// <summary>Lines of any bytes in any pieces, against decoding them all at once.</summary>
public sealed class LineDecoderFuzz
{
    private const int CasesInCI = 4_000;

    private static readonly Encoding[] Encodings = [Encoding.UTF8, Encoding.Unicode, Encoding.Latin1];

    private static readonly Gen<int> Limits = Gen.OneOf(1, 2, 5, 10, 4000, 1 << 20);

    private delegate (List<string> Lines, bool IsTooLong) Reader(byte[][] pieces, Encoding encoding, int maxLength);

    [Fact]
    public void Lines_do_not_depend_on_how_their_bytes_arrive() => Check(Decode);

    [Fact]
    public void The_search_finds_characters_that_are_decoded_piece_by_piece() =>
        Should.Throw<CsCheckException>(() => Check((pieces, encoding, maxLength) =>
            Decode([Encoding.UTF8.GetBytes(string.Concat(pieces.Select(encoding.GetString)))], Encoding.UTF8, maxLength)));

    [Fact]
    public void The_search_finds_a_line_without_an_end_that_is_not_bounded() =>
        Should.Throw<CsCheckException>(() => Check((pieces, encoding, maxLength) =>
        {
            var (lines, _) = Decode(pieces, encoding, int.MaxValue);
            int tooLong = lines.FindIndex(line => line.Length > maxLength);
            return tooLong < 0 || tooLong == lines.Count - 1 ? (lines, false) : (lines[..tooLong], true);
        }));

    [Fact]
    public void The_search_finds_a_line_end_that_is_not_joined() =>
        Should.Throw<CsCheckException>(() => Check((pieces, encoding, maxLength) =>
            Decode([.. pieces.Select((piece, i) => i + 1 < pieces.Length && piece[^1] == '\r' && pieces[i + 1][0] == '\n' ? [.. piece, (byte)' '] : piece)], encoding, maxLength)));

    private static void Check(Reader reader) =>
        Gen.Select(TextInPieces.Any, Gen.OneOf(Encodings), Limits).Sample((text, encoding, maxLength) =>
        {
            var (expected, isTooLong) = text.Lines(encoding, maxLength);
            var (lines, hasFailed) = reader(text.Pieces, encoding, maxLength);
            lines.SequenceEqual(expected).ShouldBeTrue($"{string.Join('|', lines)} instead of {string.Join('|', expected)}");
            hasFailed.ShouldBe(isTooLong);
        }, iter: FuzzCases.Of(CasesInCI), threads: 1, print: sample => $"{sample.Item2.WebName}, at most {sample.Item3}: {sample.Item1}");

    /// <summary>As a stream does it.</summary>
    private static (List<string> Lines, bool IsTooLong) Decode(byte[][] pieces, Encoding encoding, int maxLength)
    {
        var decoder = new LineDecoder(encoding, maxLength);
        var lines = new List<string>();
        try
        {
            foreach (byte[] piece in (byte[][])[.. pieces, []])
            {
                decoder.Add(piece, isEnd: piece.Length == 0);
                while (decoder.TakeLine() is { } line)
                    lines.Add(line);
            }
            if (decoder.TakeRest() is { } rest)
                lines.Add(rest);
            return (lines, false);
        }
        catch (InvalidDataException exception)
        {
            exception.Message.ShouldContain("Pass a larger maxLength");
            return (lines, true);
        }
    }
}
