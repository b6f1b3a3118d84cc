using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Sources.Tests.Processes;

/// <summary>Children of programs that were started in an unusual way.</summary>
public sealed class OtherProgramTests
{
    [Fact]
    public void Standard_streams_can_be_given_in_each_others_places()
    {
        var (code, output, error) = OtherProgram.Run("", "StreamsInEachOthersPlaces");
        code.ShouldBe(OtherProgram.Succeeded, error);
        output.ShouldBe("err\nsame\n");
        error.ShouldBe("out\n");
    }

    [Fact]
    public void A_program_without_standard_streams_can_start_children()
    {
        var (code, _, error) = OtherProgram.Run("", "WithoutStandardStreams");
        code.ShouldBe(OtherProgram.Succeeded, error);
    }

    [Fact]
    public void A_program_that_was_started_with_SIGCHLD_ignored_learns_that_the_status_is_lost()
    {
        var (code, _, error) = OtherProgram.Run("env --ignore-signal=CHLD", "AfterIgnoringChildren");
        code.ShouldBe(OtherProgram.Succeeded, error);
    }
}
