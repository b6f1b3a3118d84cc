using IOLoops.Tests.Stress;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Contract;

[Collection(nameof(Alone))]
public sealed class RegistryTests : IDisposable
{
    public RegistryTests() => Forget();

    [Fact]
    public void The_global_loop_is_made_on_first_use_and_then_stays()
    {
        IOLoop.Initialized.ShouldBeFalse();
        using var loop = IOLoop.Instance;
        IOLoop.Initialized.ShouldBeTrue();
        IOLoop.Instance.ShouldBeSameAs(loop);
        loop.ShouldBeOfType<PollIOLoop>();
    }

    [Fact]
    public void All_threads_get_the_same_global_loop()
    {
        var seen = new IOLoop[4];
        using var together = new Barrier(seen.Length);
        LoopThread.JoinAll(LoopThread.StartMany(seen.Length, i =>
        {
            together.SignalAndWait();
            seen[i] = IOLoop.Instance;
        }));
        seen.Distinct().Count().ShouldBe(1);
        seen[0].Close();
    }

    [Fact]
    public void Only_the_first_loop_can_be_installed()
    {
        using var first = new PollIOLoop();
        using var second = new PollIOLoop();
        first.Install();
        IOLoop.Instance.ShouldBeSameAs(first);
        Should.Throw<InvalidOperationException>(second.Install).Message.ShouldContain("ClearInstance");
        IOLoop.ClearInstance();
        second.Install();
        IOLoop.Instance.ShouldBeSameAs(second);
    }

    [Fact]
    public void The_current_loop_is_the_threads_own_and_else_the_global_one()
    {
        using var global = new PollIOLoop();
        using var mine = new PollIOLoop();
        global.Install();
        IOLoop.Current.ShouldBeSameAs(global);
        mine.MakeCurrent();
        IOLoop.Current.ShouldBeSameAs(mine);
        LoopThread.JoinAll(LoopThread.StartMany(1, _ => IOLoop.Current.ShouldBeSameAs(global)));
        IOLoop.ClearCurrent();
        IOLoop.Current.ShouldBeSameAs(global);
    }

    [Fact]
    public void Create_makes_what_was_configured()
    {
        IOLoop.ConfigurableBase.ShouldBe(typeof(IOLoop));
        IOLoop.ConfigurableDefault.ShouldBe(typeof(PollIOLoop));
        IOLoop.Configure<ListLoop>();
        IOLoop.Create().ShouldBeOfType<ListLoop>();
        using var particular = new PollIOLoop(new PollIOLoopOptions { Poller = PollerKind.Poll });
        IOLoop.Configure(() => particular);
        IOLoop.Create().ShouldBeSameAs(particular);
        IOLoop.Configure(() => null!);
        Should.Throw<InvalidOperationException>(IOLoop.Create);
        IOLoop.Configure(null);
        using var standard = IOLoop.Create();
        standard.ShouldBeOfType<PollIOLoop>();
    }

    public void Dispose() => Forget();

    private static void Forget()
    {
        IOLoop.Configure(null);
        IOLoop.ClearInstance();
        IOLoop.ClearCurrent();
    }
}
