using System.Text;

namespace IOLoops.Sources.Streams;

/// <summary>Makes lines of bytes that come in pieces.</summary>
internal sealed class LineDecoder(Encoding encoding, int maxLength)
{
    internal const int BytesAtOnce = 4096;

    private const char ByteOrderMark = '\ufeff';

    private readonly Decoder _decoder = encoding.GetDecoder();
    private char[] _text = new char[encoding.GetMaxCharCount(BytesAtOnce)];
    private int _start;   // of what was not taken
    private int _end;
    private int _scanned; // there is no line end before this
    private bool _hasBegun;

    internal void Add(ReadOnlySpan<byte> bytes, bool isEnd)
    {
        int most = _decoder.GetCharCount(bytes, isEnd);
        MakeRoom(most);
        _end += _decoder.GetChars(bytes, _text.AsSpan(_end), isEnd);
        if (_hasBegun || _end == 0)
            return;
        _hasBegun = true;
        if (_text[0] == ByteOrderMark)
            _start = _scanned = 1;
    }

    /// <summary>The next line, without its end; null: there is none yet.</summary>
    internal string? TakeLine()
    {
        int found = _text.AsSpan(_scanned, _end - _scanned).IndexOf('\n');
        if (found < 0)
        {
            _scanned = _end;
            Check(_end - _start - (_end > _start && _text[_end - 1] == '\r' ? 1 : 0));
            return null;
        }
        int end = _scanned + found;
        int length = end - _start;
        if (length > 0 && _text[end - 1] == '\r')
            length--;
        Check(length);
        var line = new string(_text, _start, length);
        _start = _scanned = end + 1;
        return line;
    }

    /// <summary>A last line without an end.</summary>
    internal string? TakeRest()
    {
        if (_start == _end)
            return null;
        Check(_end - _start);
        var rest = new string(_text, _start, _end - _start);
        _start = _end;
        return rest;
    }

    private void Check(int length)
    {
        if (length > maxLength)
            throw new InvalidDataException($"A line is longer than {maxLength} characters. Pass a larger maxLength, or read the stream as bytes.");
    }

    private void MakeRoom(int count)
    {
        if (_text.Length - _end >= count)
            return;
        int used = _end - _start;
        char[] old = _text;
        if (used + count > _text.Length)
            _text = new char[Math.Max(2 * _text.Length, used + count)];
        Array.Copy(old, _start, _text, 0, used);
        _scanned -= _start;
        _end = used;
        _start = 0;
    }
}
