using System.Text;
using Shouldly;
using Xunit;

namespace IOLoops.Samples.Tests;

public class TerminalTextTests
{
    private readonly List<string> _lines = [];
    private readonly TerminalText _text;
    private string _unfinished = "";

    public TerminalTextTests() => _text = new TerminalText(_lines.Add, line => _unfinished = line);

    [Theory]
    [InlineData("plain\n", "plain")]
    [InlineData("a terminal's line end\r\n", "a terminal's line end")]
    [InlineData("progress:  10 %\rprogress: 100 %\n", "progress: 100 %")]
    [InlineData("longer\rshort\n", "shortr")]
    [InlineData("longer\rshort\x1b[K\n", "short")]
    [InlineData("gone\x1b[2K\rnew\n", "new")]
    [InlineData("ab\bc\n", "ac")]
    [InlineData("\b\bat the margin\n", "at the margin")]
    [InlineData("a\tb\n", "a       b")]
    [InlineData("\x1b[1;32mgreen\x1b[0m\n", "green")]
    [InlineData("\x1b]0;a title\ano title\n", "no title")]
    [InlineData("\x1b]0;a title\x1b\\no title\n", "no title")]
    [InlineData("\x1b(Bcharacter set\n", "character set")]
    [InlineData("\x1b[5Gcolumn\n", "    column")]
    [InlineData("a\x1b[2Cb\x1b[2Dc\n", "a cb")]
    [InlineData("\x1b[999999999999Gfar\n", "far")]
    [InlineData("ünïcödé, 漢字, 🙂\n", "ünïcödé, 漢字, 🙂")]
    public void A_line_is_what_a_terminal_would_show_however_the_bytes_are_cut(string written, string shown)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(written);
        for (int cut = 0; cut <= bytes.Length; cut++)
        {
            _text.Append(bytes.AsSpan(..cut));
            _text.Append(bytes.AsSpan(cut..));
        }

        _lines.ShouldAllBe(line => line == shown);
        _lines.Count.ShouldBe(bytes.Length + 1);
        _unfinished.ShouldBe("");
    }

    [Fact]
    public void Bytes_that_are_no_UTF8_are_shown_as_such()
    {
        _text.Append([(byte)'a', 0xff, 0xfe, (byte)'b', (byte)'\n']);

        _lines.ShouldBe(["a\ufffd\ufffdb"]);
    }

    [Fact]
    public void A_title_without_an_end_ends_with_the_line()
    {
        Append("\x1b]0;never ended\nthe next line\n");

        _lines.Last().ShouldBe("the next line");
    }

    [Fact]
    public void A_line_without_an_end_is_told_and_becomes_a_line_when_no_more_comes()
    {
        Append("name? ");
        _unfinished.ShouldBe("name? ");
        _lines.ShouldBeEmpty();

        _text.End();

        _lines.ShouldBe(["name? "]);
    }

    [Fact]
    public void The_end_is_no_line_when_nothing_is_unfinished()
    {
        Append("all\n");
        _text.End();

        _lines.ShouldBe(["all"]);
    }

    [Fact]
    public void A_character_that_never_came_whole_is_shown_as_such()
    {
        _text.Append([0xc3]);
        _text.End();

        _lines.ShouldBe(["\ufffd"]);
    }

    [Fact]
    public void A_line_that_never_ends_is_cut_and_nothing_of_it_is_lost()
    {
        Append(new string('x', 10_000));
        _text.End();

        _lines.Count.ShouldBe(3);
        string.Concat(_lines).ShouldBe(new string('x', 10_000));
    }

    private void Append(string text) => _text.Append(Encoding.UTF8.GetBytes(text));
}
