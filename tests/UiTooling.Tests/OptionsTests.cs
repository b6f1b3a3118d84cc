using Shouldly;
using Xunit;

namespace IOLoops.Samples.Tests;

public sealed class OptionsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void A_log_need_not_exist() => Options.Parse(["--log", _folder["later"]]).Logs.ShouldBe([_folder["later"]]);

    [Fact]
    public void A_log_may_be_a_link_to_a_file()
    {
        File.WriteAllText(_folder["file"], "");
        File.CreateSymbolicLink(_folder["link"], _folder["file"]);

        Options.Parse(["--log", _folder["link"]]).Logs.ShouldBe([_folder["link"]]);
    }

    [Fact]
    public void A_log_that_is_a_named_pipe_is_refused() => ShouldBeRefused(_folder.MakePipe("pipe"));

    [Fact]
    public void A_log_that_is_a_link_to_a_named_pipe_is_refused()
    {
        File.CreateSymbolicLink(_folder["link"], _folder.MakePipe("pipe"));
        ShouldBeRefused(_folder["link"]);
    }

    [Fact]
    public void A_log_that_is_a_device_is_refused() => ShouldBeRefused("/dev/null");

    public void Dispose() => _folder.Dispose();

    private static void ShouldBeRefused(string path)
    {
        var refusal = Should.Throw<ExitException>(() => Options.Parse(["--log", path]));
        refusal.Code.ShouldBe(2);
        refusal.Message.ShouldBe($"'{path}' is no regular file, and a log must be one");
    }
}
