using System.Runtime.InteropServices;
using System.Text;
using IOLoops.Conformance;
using IOLoops.Sources;
using Shouldly;
using Xunit;

namespace IOLoops.Samples.Tests;

public class CommandTests
{
    private static readonly Dictionary<string, string> NoChanges = [];

    [Fact]
    public void A_command_that_cannot_be_started_leaves_nothing_behind()
    {
        var before = Belongings.List();
        using var loop = new PollIOLoop();

        Should.Throw<IOException>(() => new Command(loop, ["/nowhere/nothing"], 80, 24, NoChanges));

        Belongings.List().ShouldBe(before);
    }

    [Fact]
    public void The_end_of_a_command_is_told_though_nobody_can_show_its_output()
    {
        var before = Belongings.List();
        using var loop = new PollIOLoop();
        var failures = new List<string>();
        loop.CallbackException += (_, failed) =>
        {
            failed.Handled = true;
            failures.Add(failed.Exception.Message);
        };
        // More than two reads give, and less than a pty holds.
        using (var command = new Command(loop, ["sh", "-c", "printf %09000d 0; exit 3"], 80, 24, NoChanges))
        {
            command.Output += _ => throw new InvalidOperationException("cannot be shown");
            Bounded.Until(() => Belongings.IsZombie(command.ProcessId), "the command has ended");

            loop.RunSync(() => command.Exited, Bounded.Patience).ExitCode.ShouldBe(3);
            failures.ShouldBe(["cannot be shown", "cannot be shown"]);
        }
        Belongings.List().ShouldBe(before);
    }

    [Fact]
    public void A_command_ends_after_its_last_output_though_what_it_has_started_keeps_its_terminal_open()
    {
        using var loop = new PollIOLoop();
        using var command = new Command(loop, ["sh", "-c", "trap '' HUP; sleep 60 & echo last words; exit 3"], 80, 24, NoChanges);
        string output = "";
        command.Output += bytes => output += Encoding.UTF8.GetString(bytes.Span);

        loop.RunSync(() => command.Exited, Bounded.Patience).ExitCode.ShouldBe(3);

        output.ShouldBe("last words\r\n");
        loop.RunSync(() => ChildProcess.Start(loop, "sh", "-c", $"kill -9 -{command.ProcessId}").Exited).Succeeded.ShouldBeTrue();
    }

    [Fact]
    public void A_command_that_ignores_SIGTERM_is_killed_when_its_grace_is_over()
    {
        using var loop = new PollIOLoop();
        using var command = new Command(loop, ["sh", "-c", "trap '' TERM; echo I stay; while :; do sleep 0.1; done"], 80, 24, NoChanges)
        {
            Grace = TimeSpan.FromMilliseconds(1),
        };
        command.Output += _ => command.Stop(); // it ignores the signal by now

        loop.RunSync(() => command.Exited, Bounded.Patience).Signal.ShouldBe((PosixSignal)9); // SIGKILL
    }

    [Fact]
    public void A_command_with_a_long_grace_may_take_its_time()
    {
        using var loop = new PollIOLoop();
        using var command = new Command(loop, ["sh", "-c", "trap 'sleep 2.5; exit 7' TERM; echo ready; while :; do sleep 0.1; done"], 80, 24, NoChanges)
        {
            Grace = TimeSpan.FromMinutes(1),
        };
        command.Output += _ => loop.AddCallback(command.Stop);

        loop.RunSync(() => command.Exited, Bounded.Patience).ExitCode.ShouldBe(7);
    }
}
