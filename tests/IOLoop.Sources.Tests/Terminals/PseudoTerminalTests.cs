using System.Text;
using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Sources.Tests.Terminals;

/// <summary>What pseudo-terminals must do on every loop, alone and with a program under them.</summary>
public abstract class PseudoTerminalTests(LoopFixture fixture) : SourceHarness(fixture)
{
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;

    private PseudoTerminal NewTerminal(int columns = 80, int rows = 24) => Own(PseudoTerminal.Open(Loop, columns, rows));

    private ChildProcess StartShell(string script, int columns = 80, int rows = 24) =>
        Own(ChildProcess.Start(Loop, new ChildProcessOptions("/bin/sh", "-c", script) { Terminal = (columns, rows) }));

    private static async Task<string> ReadUntil(LoopStream stream, string word)
    {
        var text = new StringBuilder();
        byte[] buffer = new byte[256];
        while (!text.ToString().Contains(word, StringComparison.Ordinal))
        {
            int count = await stream.ReadAsync(buffer);
            if (count == 0)
                break;
            text.Append(Encoding.UTF8.GetString(buffer, 0, count));
        }
        return text.ToString();
    }

    private static Task<string> ReadAll(LoopStream stream) => ReadUntil(stream, "\0");

    [Fact]
    public void A_terminal_echoes_what_is_typed_and_raw_mode_ends_that()
    {
        InLoop("an echo", async () =>
        {
            var terminal = NewTerminal();
            using var other = terminal.OpenOtherEnd();
            await terminal.Stream.WriteAsync("ab\n"u8.ToArray());
            (await ReadUntil(terminal.Stream, "\n")).ShouldBe("ab\r\n");
            terminal.SetRaw(true);
            using var stream = new LoopStream(Loop, other);
            await terminal.Stream.WriteAsync("cd"u8.ToArray());
            (await ReadUntil(stream, "cd")).ShouldBe("ab\ncd");
            await stream.WriteAsync("x\n"u8.ToArray());
            (await ReadUntil(terminal.Stream, "\n")).ShouldBe("x\n");
            terminal.SetRaw(false);
            await stream.WriteAsync("y\n"u8.ToArray());
            (await ReadUntil(terminal.Stream, "\n")).ShouldBe("y\r\n");
        });
    }

    [Fact]
    public void Raw_mode_that_was_switched_on_twice_is_restored_by_once()
    {
        InLoop("an echo", async () =>
        {
            var terminal = NewTerminal();
            terminal.SetRaw(false);
            terminal.SetRaw(true);
            terminal.SetRaw(true);
            terminal.SetRaw(false);
            using var other = terminal.OpenOtherEnd();
            await terminal.Stream.WriteAsync("ab\n"u8.ToArray());
            (await ReadUntil(terminal.Stream, "\n")).ShouldBe("ab\r\n");
        });
    }

    [Fact]
    public void The_other_end_is_a_blocking_terminal_of_that_name()
    {
        InLoop(() =>
        {
            var terminal = NewTerminal();
            using var other = terminal.OpenOtherEnd();
            File.ResolveLinkTarget($"/proc/self/fd/{other.DangerousGetHandle()}", returnFinalTarget: false)!.FullName.ShouldBe(terminal.Name);
            (FlagsOf(other.DangerousGetHandle()) & (NonBlocking | CloseOnExec)).ShouldBe(CloseOnExec);
            (FlagsOf(terminal.Stream.Descriptor.Number) & (NonBlocking | CloseOnExec)).ShouldBe(NonBlocking | CloseOnExec);
        });

        static int FlagsOf(nint fd) => Convert.ToInt32(
            File.ReadLines($"/proc/self/fdinfo/{fd}").Single(line => line.StartsWith("flags:", StringComparison.Ordinal))[6..].Trim(), 8);
    }

    [Fact]
    public void The_size_is_what_was_set_and_the_child_sees_it()
    {
        InLoop("stty", async () =>
        {
            var child = StartShell("stty size", columns: 132, rows: 43);
            child.Terminal.Size.ShouldBe((132, 43));
            (await ReadAll(child.Terminal.Stream)).ShouldBe("43 132\r\n");
            child.Terminal.Size = (0, 65535);
            child.Terminal.Size.ShouldBe((0, 65535));
            Should.Throw<ArgumentOutOfRangeException>(() => child.Terminal.Size = (-1, 24));
            Should.Throw<ArgumentOutOfRangeException>(() => child.Terminal.Size = (80, 65536));
            Should.Throw<ArgumentOutOfRangeException>(() => PseudoTerminal.Open(Loop, 70_000));
        });
    }

    [Fact]
    public void A_child_gets_SIGWINCH_when_the_size_changes()
    {
        InLoop("a child", async () =>
        {
            var child = StartShell("trap 'stty size; exit' WINCH; echo ready; while :; do sleep 0.01; done");
            await ReadUntil(child.Terminal.Stream, "ready\r\n");
            child.Terminal.Size = (100, 50);
            (await ReadAll(child.Terminal.Stream)).ShouldBe("50 100\r\n");
        });
    }

    [Fact]
    public void The_terminal_is_all_three_streams_and_the_controlling_one()
    {
        InLoop("a child", async () =>
        {
            var child = StartShell("test -t 0 && test -t 1 && test -t 2 && tty && ps -o tty= -o sid= -p $$ && echo $$ >/dev/tty");
            string name = child.Terminal.Name;
            string output = (await ReadAll(child.Terminal.Stream)).Replace("\r", "", StringComparison.Ordinal);
            string[] lines = output.Split('\n');
            lines[0].ShouldBe(name);
            lines[1].Split(' ', StringSplitOptions.RemoveEmptyEntries).ShouldBe([name["/dev/".Length..], $"{child.Id}"]);
            lines[2].ShouldBe($"{child.Id}");
            (await child.Exited).Succeeded.ShouldBeTrue();
        });
    }

    [Fact]
    public void Ctrl_C_interrupts_the_child()
    {
        InLoop("a child", async () =>
        {
            var child = StartShell("echo ready; exec sleep 1000");
            await ReadUntil(child.Terminal.Stream, "ready\r\n");
            await child.Terminal.Stream.WriteAsync(new byte[] { 3 });
            (await child.Exited).Signal.ShouldBe(System.Runtime.InteropServices.PosixSignal.SIGINT);
        });
    }

    [Fact]
    public void Disposing_of_a_terminal_hangs_up_the_child()
    {
        InLoop("a child", async () =>
        {
            var child = StartShell("echo ready; sleep 100");
            await ReadUntil(child.Terminal.Stream, "ready\r\n");
            child.Terminal.Dispose();
            (await child.Exited).Signal.ShouldBe(System.Runtime.InteropServices.PosixSignal.SIGHUP);
            Should.Throw<ObjectDisposedException>(() => child.Terminal.Size);
            Should.Throw<ObjectDisposedException>(() => child.Terminal.SetRaw(true));
            Should.Throw<ObjectDisposedException>(() => child.Terminal.OpenOtherEnd());
        });
    }

    [Fact]
    public void Output_of_a_terminal_is_complete_and_ends()
    {
        InLoop("a child", async () =>
        {
            var child = StartShell("i=0; while [ $i -lt 2000 ]; do echo $i; i=$((i+1)); done");
            string output = await ReadAll(child.Terminal.Stream);
            output.Split("\r\n").ShouldBe([.. Enumerable.Range(0, 2000).Select(i => $"{i}"), ""]);
        });
    }

    [Fact]
    public void A_closed_loop_has_no_terminals()
    {
        Loop.Close();
        Should.Throw<ObjectDisposedException>(() => PseudoTerminal.Open(Loop));
    }
}
