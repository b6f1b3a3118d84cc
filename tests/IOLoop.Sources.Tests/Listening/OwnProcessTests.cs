using Xunit;

namespace IOLoops.Sources.Tests.Listening;

public sealed class OwnProcessTests
{
    public OwnProcessTests() => Assert.SkipUnless(OperatingSystem.IsLinux(), "its numbers are Linux's");

    [Fact]
    public void A_shortage_of_descriptors_is_reported_once_and_outlasted() => OwnProcess.Run(nameof(OwnProcess.Shortage));

    [Fact]
    public void What_cannot_be_opened_says_so_and_leaves_nothing_open() => OwnProcess.Run(nameof(Openings));

    [Fact]
    public void Standard_input_is_read_and_cancelled_and_left_as_it_is() => OwnProcess.Run(nameof(OwnProcess.StandardInput));

    [Fact]
    public void Standard_output_and_error_are_written_and_left_open() => OwnProcess.Run(nameof(OwnProcess.StandardOutput));
}
