using Shouldly;
using Xunit;

namespace IOLoops.Samples.Tests;

public class LineBufferTests
{
    private readonly LineBuffer _lines = new();

    [Fact]
    public void The_last_lines_are_kept_and_all_are_counted()
    {
        for (int i = 0; i < LineBuffer.MostLines + 3; i++)
            _lines.Add($"line {i}");

        _lines.Count.ShouldBe(LineBuffer.MostLines);
        _lines.Total.ShouldBe(LineBuffer.MostLines + 3);
        _lines[0].ShouldBe("line 3");
        _lines[LineBuffer.MostLines - 1].ShouldBe($"line {LineBuffer.MostLines + 2}");
    }

    [Fact]
    public void A_line_takes_the_place_of_the_unfinished_one()
    {
        _lines.SetUnfinished("50 %");
        _lines.Add("100 %");

        _lines.Unfinished.ShouldBe("");
        _lines.Matching("%").ShouldBe(["100 %"]);
    }

    [Fact]
    public void A_filter_does_not_mind_case_and_looks_at_the_unfinished_line_too()
    {
        _lines.Add("An ERROR");
        _lines.Add("nothing");
        _lines.SetUnfinished("the next error");

        _lines.Matching("Error").ShouldBe(["An ERROR", "the next error"]);
        _lines.Matching("").ShouldBe(["An ERROR", "nothing", "the next error"]);
    }

    [Fact]
    public void Only_changes_are_told()
    {
        int changes = 0;
        _lines.Changed += () => changes++;
        _lines.Add("a");
        _lines.SetUnfinished("b");
        _lines.SetUnfinished("b");

        changes.ShouldBe(2);
    }
}
