using IOLoops;
using IOLoops.Sources;

namespace Faults.Workloads;

/// <summary>A pseudo-terminal, and a serial line that is its other side.</summary>
internal sealed class TerminalWorkload : SourceWorkload
{
    internal override string Name => "terminals";

    protected override IReadOnlyList<Func<IOLoop, Trial, Task>> Parts => [UseTerminal, UseSerialLine];

    private static async Task UseTerminal(IOLoop loop, Trial trial)
    {
        using var terminal = PseudoTerminal.Open(loop, 100, 30);
        using var other = terminal.OpenOtherEnd();
        terminal.SetRaw(true);
        trial.Require(terminal.Size == (100, 30), "a terminal has another size");
        terminal.Size = (90, 20);
        trial.Require(terminal.Size == (90, 20), "a terminal kept its size");
        using var side = new LoopStream(loop, other, leaveOpen: true);
        await Pass(terminal.Stream, side, trial);
        await Pass(side, terminal.Stream, trial);
    }

    private static async Task UseSerialLine(IOLoop loop, Trial trial)
    {
        using var terminal = PseudoTerminal.Open(loop);
        using var line = SerialLine.Open(loop, terminal.Name);
        await Pass(terminal.Stream, line.Stream, trial);
    }

    private static async Task Pass(LoopStream from, LoopStream to, Trial trial)
    {
        for (int i = 0; i < 3; i++)
        {
            await from.WriteAsync(new byte[] { (byte)i });
            byte[] buffer = new byte[1];
            trial.Require(await to.ReadAsync(buffer) == 1 && buffer[0] == i, "a terminal passed another byte on");
        }
    }
}
