using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Samples.Tests;

public sealed class LogFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _shown = [];
    private readonly LogFile _log;

    public LogFileTests() => _log = new LogFile(_folder["log"], _shown.Add);

    [Fact]
    public void What_is_there_is_shown_and_what_is_appended()
    {
        Append("one\ntwo\n");
        _log.Open();
        ReadAll();
        Append("thr");
        ReadAll();
        Append("ee\n");
        ReadAll();

        _shown.ShouldBe(["log: one", "log: two", "log: three"]);
    }

    [Fact]
    public void Of_a_long_file_the_last_whole_lines_are_shown()
    {
        Append(string.Concat(Enumerable.Range(0, 2000).Select(i => $"line {i}\n")));
        _log.Open();
        ReadAll();

        _shown.Count.ShouldBeInRange(300, 500);
        _shown.ShouldBe(Enumerable.Range(2000 - _shown.Count, _shown.Count).Select(i => $"log: line {i}"));
    }

    [Fact]
    public void A_file_may_come_later()
    {
        _log.Open();
        ReadAll();
        Append("here at last\n");
        _log.Reopen();
        ReadAll();

        _shown.ShouldBe(["log: (does not exist yet)", "log: (a new file)", "log: here at last"]);
    }

    [Fact]
    public void The_rest_of_a_rotated_file_comes_before_the_lines_of_the_next()
    {
        Append("old\n");
        _log.Open();
        Append("the rest, without an end");
        File.Move(_folder["log"], _folder["log.1"]);
        Append("new\n");
        _log.Reopen();
        ReadAll();

        _shown.ShouldBe(["log: old", "log: the rest, without an end", "log: (a new file)", "log: new"]);
    }

    [Fact]
    public void A_successor_that_has_gone_again_is_no_new_file()
    {
        Append("old\n");
        _log.Open();
        File.Delete(_folder["log"]);
        _log.Reopen();
        ReadAll();

        _shown.ShouldBe(["log: old"]);
    }

    [Fact]
    public void A_truncated_file_is_read_from_its_start()
    {
        Append("a long line\n");
        _log.Open();
        ReadAll();
        File.WriteAllText(_folder["log"], "short\n");
        ReadAll();

        _shown.ShouldBe(["log: a long line", "log: (truncated)", "log: short"]);
    }

    [Fact]
    public void A_named_pipe_is_a_remark_and_nobody_waits_at_it()
    {
        _folder.MakePipe("log");
        Bounded.Await(Task.Run(_log.Open), "the opening of a pipe");
        ReadAll();

        _shown.ShouldBe(["log: (no regular file: cannot be watched)"]);
    }

    [Fact]
    public void A_named_pipe_that_takes_a_files_place_is_a_remark_and_a_file_after_that_is_read()
    {
        Append("old\n");
        _log.Open();
        File.Delete(_folder["log"]);
        _folder.MakePipe("log");
        _log.Reopen();
        Bounded.Await(Task.Run(ReadAll), "the opening of a pipe");
        File.Delete(_folder["log"]);
        Append("new\n");
        _log.Reopen();
        ReadAll();

        _shown.ShouldBe(["log: old", "log: (no regular file: cannot be watched)", "log: (a new file)", "log: new"]);
    }

    [Fact]
    public void A_folder_is_a_remark()
    {
        Directory.CreateDirectory(_folder["log"]);
        _log.Open();
        ReadAll();

        _shown.ShouldBe(["log: (no regular file: cannot be watched)"]);
    }

    public void Dispose()
    {
        _log.Dispose();
        _folder.Dispose();
    }

    private void Append(string text) => File.AppendAllText(_folder["log"], text);

    private void ReadAll()
    {
        while (_log.ReadSome())
        {
        }
    }
}
