using System.Globalization;
using System.Text.RegularExpressions;
using Shouldly;
using Xunit;

namespace IOLoops.Diagnostics.Tests;

/// <summary>What stalls do to a process of their own.</summary>
public sealed partial class ProcessTests
{
    [Fact]
    public void Without_an_action_a_stall_ends_the_process_with_a_message_that_names_the_culprit()
    {
        var (code, error) = ChildProcess.Run(ChildProcess.Fatal);
        code.ShouldNotBe(0);
        code.ShouldNotBe(ChildProcess.Survived);
        error.ShouldContain($"{typeof(ChildProcess).FullName}.{nameof(ChildProcess.BlockForEver)}");
        error.ShouldContain("has been stuck for");
    }

    [Fact]
    public void With_a_stack_capture_the_message_has_the_stack_too()
    {
        var (code, error) = ChildProcess.Run(ChildProcess.FatalWithStack);
        code.ShouldNotBe(ChildProcess.Survived);
        error.ShouldContain("System.Threading.Thread.Sleep");
        error.ShouldContain($"{nameof(ChildProcess)}.{nameof(ChildProcess.BlockForEver)}");
    }

    [Fact]
    public void A_stack_capture_that_never_ends_does_not_keep_the_process_alive()
    {
        var (code, error) = ChildProcess.Run(ChildProcess.FatalWithoutEnd);
        code.ShouldNotBe(ChildProcess.Survived);
        error.ShouldContain("has been stuck for");
        error.ShouldContain("Its stack could not be captured");
    }

    [Fact]
    public void Without_a_diagnostics_port_the_log_says_why_there_is_no_stack_and_names_what_blocks()
    {
        var (code, error) = ChildProcess.Run(ChildProcess.Logged, ("DOTNET_EnableDiagnostics", "0"));
        code.ShouldBe(ChildProcess.Survived);
        error.ShouldContain("DOTNET_EnableDiagnostics=0");
        error.ShouldContain($"{typeof(ChildProcess).FullName}.{nameof(ChildProcess.BlockUntilLogged)}");
        error.ShouldNotContain("System.Threading.Thread.Sleep");
    }

    [Fact]
    public void Ten_thousand_failures_do_not_stop_a_loop_and_each_is_written_or_counted()
    {
        var (code, error) = ChildProcess.Run(ChildProcess.Storm);
        code.ShouldBe(ChildProcess.Survived);
        string[] lines = error.Split('\n');
        int written = lines.Count(line => line.EndsWith(".Fail failed.", StringComparison.Ordinal));
        int counted = lines.Select(line => Suppressed().Match(line)).Where(match => match.Success)
            .Sum(match => int.Parse(match.Groups[1].Value, NumberStyles.AllowThousands, CultureInfo.InvariantCulture));
        (written + counted).ShouldBe(ChildProcess.StormCount);
        counted.ShouldBeGreaterThan(written);
    }

    [GeneratedRegex(@"([\d,]+) more entries")]
    private static partial Regex Suppressed();
}
