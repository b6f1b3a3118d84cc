using System.Runtime.CompilerServices;
using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.VsThreading.Tests.Loops;

/// <summary>What a context keeps of a loop: nothing, when that is closed.</summary>
public sealed class MemoryTests : JoinableTaskHarness
{
    [Fact]
    public void A_closed_loop_is_collectable_while_its_main_thread_goes_on()
    {
        ShouldBeCollected(MakeAndClose(onMain: false));
        ShouldBeCollected(MakeAndClose(onMain: true));
    }

    [Fact]
    public void A_loop_that_was_stopped_and_forgotten_is_collectable() => ShouldBeCollected(MakeAndStop());

    [MethodImpl(MethodImplOptions.NoInlining)]
    private WeakReference MakeAndClose(bool onMain)
    {
        var loop = new JoinableTaskIOLoop(Factory, new HostedIOLoopOptions { LoggerFactory = Log });
        UseAndStop(loop, onMain);
        loop.Close();
        return new WeakReference(loop);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private WeakReference MakeAndStop()
    {
        var loop = new JoinableTaskIOLoop(Factory, new HostedIOLoopOptions { LoggerFactory = Log });
        UseAndStop(loop, onMain: false);
        return new WeakReference(loop);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void UseAndStop(JoinableTaskIOLoop loop, bool onMain)
    {
        if (onMain)
            OnMain("Attach", loop.Attach);
        else
            loop.Attach();
        Bounded.Await(loop.InvokeAsync(() => { }), "a callback");
        Stop(loop);
    }

    // A method of its own: the closure would live as long as the caller's frame.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Stop(JoinableTaskIOLoop loop)
    {
        loop.Stop();
        Bounded.Until(() => !loop.IsRunning, "the loop has stopped");
    }

    private void ShouldBeCollected(WeakReference loop) => Bounded.Until(
        () =>
        {
            OnMain("the main thread's other work", () => { }); // which lets go of what it ran last
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return !loop.IsAlive;
        },
        "the loop is collected");
}
