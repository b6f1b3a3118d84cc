using System.Runtime.CompilerServices;
using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Hosting;

/// <summary>The timer that a host without timers of its own gets.</summary>
public sealed class HostTimerTests : HostingHarness
{
    private static readonly AsyncLocal<object?> Local = new();

    // Row: Memory
    [Fact]
    public void A_distant_timeout_keeps_nothing_of_the_context_in_which_its_turn_ran()
    {
        var host = NewHost();
        var loop = Attached(host);
        var reference = ArmWithLocal(host, loop);
        Settle(host);
        Until(
            () =>
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
                return !reference.IsAlive;
            },
            "the value of the AsyncLocal is collected");
        loop.ToString().ShouldContain("1 timeout");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference ArmWithLocal(StrictHost host, HostedIOLoop loop)
    {
        WeakReference? reference = null;
        OnHost(host, () =>
        {
            object data = new();
            reference = new WeakReference(data);
            Local.Value = data; // stays on the host's thread
        });
        loop.SpawnCallback(() => loop.CallLater(TimeSpan.FromHours(1), () => { }));
        Settle(host);
        OnHost(host, () => Local.Value = null);
        return reference!;
    }
}
