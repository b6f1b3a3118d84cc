using System.Text;

namespace IOLoops.Samples;

/// <summary>
/// Makes lines of what a command writes to a terminal: does what moves within a line (a progress bar's carriage return,
/// backspace, tab, erase), and leaves out all other commands, colours among them.
/// </summary>
/// <param name="lineEnded">Gets each line when it has ended.</param>
/// <param name="lineChanged">Gets the line that has no end yet, after each change.</param>
internal sealed class TerminalText(Action<string> lineEnded, Action<string> lineChanged)
{
    // A command need not write a line's end, ever.
    private const int LongestLine = 4096;
    private const int TabWidth = 8;

    private const char Escape = '\x1b';
    private const char Bell = '\a';

    // A character may come in two reads, and bytes that are no UTF-8 become U+FFFD.
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private readonly char[] _chars = new char[4097];
    private readonly StringBuilder _line = new();
    private readonly StringBuilder _parameters = new();
    private int _column;
    private State _state;

    private enum State
    {
        Text,

        /// <summary>After ESC.</summary>
        Escape,

        /// <summary>After ESC and what announces one more character, as for character sets.</summary>
        EscapeAndOne,

        /// <summary>After ESC [, until a letter.</summary>
        Control,

        /// <summary>A title or the like, until BEL or ESC \, or the line's end.</summary>
        String,
    }

    internal void Append(ReadOnlySpan<byte> bytes)
    {
        for (; !bytes.IsEmpty; bytes = bytes[Math.Min(bytes.Length, 4096)..])
        {
            int count = _decoder.GetChars(bytes[..Math.Min(bytes.Length, 4096)], _chars, flush: false);
            foreach (char c in _chars.AsSpan(0, count))
                Take(c);
        }
        lineChanged(_line.ToString());
    }

    /// <summary>No more will come: what has no end yet is a line, too.</summary>
    internal void End()
    {
        foreach (char c in _chars.AsSpan(0, _decoder.GetChars([], _chars, flush: true)))
            Take(c);
        _state = State.Text;
        if (_line.Length > 0)
            EndLine();
    }

    private void Take(char c)
    {
        switch (_state)
        {
            case State.Text:
                TakeText(c);
                break;
            case State.Escape:
                TakeEscape(c);
                break;
            case State.EscapeAndOne:
                _state = State.Text;
                break;
            case State.Control when c is >= '@' and <= '~':
                _state = State.Text;
                Control(c);
                break;
            case State.Control when c == Escape:
            case State.String when c == Escape:
                _state = State.Escape;
                break;
            case State.Control:
                if (_parameters.Length < 32)
                    _parameters.Append(c);
                break;
            case State.String when c is Bell:
                _state = State.Text;
                break;
            case State.String when c is '\n':
                // No title continues in the next line: what began it was no text. A terminal would swallow the rest.
                _state = State.Text;
                EndLine();
                break;
        }
    }

    private void TakeText(char c)
    {
        switch (c)
        {
            case Escape:
                _state = State.Escape;
                break;
            case '\n':
                EndLine();
                break;
            case '\r':
                _column = 0;
                break;
            case '\b':
                _column = Math.Max(0, _column - 1);
                break;
            case '\t':
                do
                    Put(' ');
                while (_column % TabWidth != 0);
                break;
            default:
                if (!char.IsControl(c))
                    Put(c);
                break;
        }
    }

    private void TakeEscape(char c)
    {
        _state = c switch
        {
            '[' => State.Control,
            ']' or 'P' or 'X' or '^' or '_' => State.String,
            >= ' ' and <= '/' => State.EscapeAndOne,
            Escape => State.Escape,
            _ => State.Text,
        };
        _parameters.Clear();
    }

    private void Control(char command)
    {
        _ = int.TryParse(_parameters.ToString(), out int parameter); // none: 0
        switch (command)
        {
            case 'K' when parameter == 0 && _column < _line.Length:
                _line.Length = _column;
                break;
            case 'K' when parameter == 2:
                _line.Clear();
                break;
            case 'G':
                _column = Math.Clamp(parameter - 1, 0, LongestLine - 1);
                break;
            case 'C':
                _column = Math.Min(_column + Math.Max(1, parameter), LongestLine - 1);
                break;
            case 'D':
                _column = Math.Max(0, _column - Math.Max(1, parameter));
                break;
        }
    }

    private void Put(char c)
    {
        if (_column >= LongestLine)
            EndLine();
        if (_column > _line.Length)
            _line.Append(' ', _column - _line.Length);
        if (_column == _line.Length)
            _line.Append(c);
        else
            _line[_column] = c;
        _column++;
    }

    private void EndLine()
    {
        lineEnded(_line.ToString());
        _line.Clear();
        _column = 0;
    }
}
