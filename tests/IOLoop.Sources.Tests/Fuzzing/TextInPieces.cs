using System.Text;
using CsCheck;

namespace IOLoops.Sources.Tests.Fuzzing;

/// <summary>Bytes that may or may not be text, as they arrive: in pieces that end anywhere, also inside a character or a line end.</summary>
internal sealed record TextInPieces(byte[][] Pieces)
{
    private const int LongestPiece = 4096; // what is read at once

    private static readonly byte[][] Fragments =
    [
        .. ((string[])["\n", "\r\n", "\r", "\r\r\n", "a", "grün", "€", "🙂", "\ufeff", "0123456789", "\0"]).Select(Encoding.UTF8.GetBytes),
        [0xff], [0xc3], [0xe2, 0x82], [0xf0, 0x9f, 0x99], [0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xc0, 0xaf], // invalid and cut UTF-8
        [0x0a, 0x00], [0x0d, 0x00, 0x0a, 0x00], [0x00, 0xd8], [0x00, 0xdc], // UTF-16
    ];

    internal static Gen<TextInPieces> Any { get; } = Gen.Select(
        Gen.OneOf(
            Gen.OneOf(Fragments).Array[0, 40].Select(fragments => fragments.SelectMany(bytes => bytes).ToArray()),
            Gen.Byte.Array[0, 60],
            Gen.Select(Gen.Int[3000, 9000], Gen.OneOf(Fragments), (length, end) => (byte[])[.. Enumerable.Repeat((byte)'x', length), .. end])),
        Gen.Int[1, 12].Array[1, 20],
        Gen.Bool,
        Split);

    internal byte[] Bytes => [.. Pieces.SelectMany(piece => piece)];

    /// <summary>The lines by the book: all is decoded at once, and cut at line ends.</summary>
    internal (List<string> Lines, bool IsTooLong) Lines(Encoding encoding, int maxLength)
    {
        string text = encoding.GetString(Bytes);
        if (text.StartsWith('\ufeff'))
            text = text[1..];
        string[] parts = text.Split('\n');
        var lines = parts[..^1].Select(line => line.EndsWith('\r') ? line[..^1] : line).ToList();
        if (parts[^1].Length > 0)
            lines.Add(parts[^1]); // a last line without an end
        int tooLong = lines.FindIndex(line => line.Length > maxLength);
        return tooLong < 0 ? (lines, false) : (lines[..tooLong], true);
    }

    public override string ToString() => string.Join(' ', Pieces.Select(piece => piece.Length > 100 ? $"{piece.Length} bytes" : Convert.ToHexString(piece)));

    private static TextInPieces Split(byte[] bytes, int[] sizes, bool isLarge)
    {
        var pieces = new List<byte[]>();
        for (int at = 0, i = 0; at < bytes.Length; i++)
        {
            int size = isLarge || bytes.Length > 2000 ? LongestPiece - (sizes[i % sizes.Length] - 1) : sizes[i % sizes.Length];
            size = Math.Min(size, bytes.Length - at);
            pieces.Add(bytes[at..(at + size)]);
            at += size;
        }
        return new TextInPieces([.. pieces]);
    }
}
