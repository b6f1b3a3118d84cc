using Shouldly;
using Xunit;

namespace IOLoops.Tests;

/// <summary>The global loop, the current loop and what makes loops.</summary>
[Collection(NativeProcess.Name)]
public sealed class NativeGlobalTests : IDisposable
{
    public NativeGlobalTests() => Forget();

    public void Dispose() => Forget();

    [Fact]
    public void The_global_loop_is_made_once_when_first_asked_for()
    {
        IOLoop.Initialized.ShouldBeFalse();
        var instance = IOLoop.Instance;
        IOLoop.Initialized.ShouldBeTrue();
        instance.ShouldBeOfType<PollIOLoop>();
        IOLoop.Instance.ShouldBeSameAs(instance);
        IOLoop.ClearInstance();
        IOLoop.Initialized.ShouldBeFalse();
        IOLoop.Instance.ShouldNotBeSameAs(instance);
        instance.IsClosed.ShouldBeFalse();
        instance.Close();
    }

    [Fact]
    public void A_loop_can_be_installed_while_there_is_no_global_one()
    {
        using PollIOLoop first = new(), second = new();
        first.Install();
        IOLoop.Instance.ShouldBeSameAs(first);
        Should.Throw<InvalidOperationException>(second.Install);
        Should.Throw<InvalidOperationException>(first.Install);
        IOLoop.Instance.ShouldBeSameAs(first);
        IOLoop.ClearInstance();
        second.Install();
        IOLoop.Instance.ShouldBeSameAs(second);
    }

    [Fact]
    public void The_current_loop_is_a_thread_s_own_or_the_global_one()
    {
        using var mine = new PollIOLoop();
        IOLoop.Current.ShouldBeSameAs(IOLoop.Instance);
        mine.MakeCurrent();
        IOLoop.Current.ShouldBeSameAs(mine);
        IOLoop? elsewhere = null;
        Conformance.OtherThread.Run(() => elsewhere = IOLoop.Current);
        elsewhere.ShouldBeSameAs(IOLoop.Instance);
        IOLoop.ClearCurrent();
        IOLoop.Current.ShouldBeSameAs(IOLoop.Instance);
    }

    [Fact]
    public void What_is_configured_is_what_is_made()
    {
        IOLoop.ConfigurableBase.ShouldBe(typeof(IOLoop));
        IOLoop.ConfigurableDefault.ShouldBe(typeof(PollIOLoop));
        using (var byDefault = IOLoop.Create())
            byDefault.ShouldBeOfType<PollIOLoop>();
        IOLoop.Configure<Configured>();
        using (var configured = IOLoop.Create())
            configured.ShouldBeOfType<Configured>();
        IOLoop.Instance.ShouldBeOfType<Configured>();
        IOLoop.Configure(() => new PollIOLoop(new PollIOLoopOptions { Name = "made by a factory" }));
        using (var made = IOLoop.Create())
            made.Name.ShouldBe("made by a factory");
        IOLoop.Configure(() => null!);
        Should.Throw<InvalidOperationException>(IOLoop.Create);
        IOLoop.Configure(null);
        using var again = IOLoop.Create();
        again.ShouldBeOfType<PollIOLoop>();
    }

    [Fact]
    public void Constructing_a_loop_touches_nothing_global()
    {
        using var loop = new PollIOLoop();
        loop.RunSync(() => { });
        IOLoop.Initialized.ShouldBeFalse();
    }

    private static void Forget()
    {
        IOLoop.ClearCurrent();
        IOLoop.ClearInstance();
        IOLoop.Configure(null);
    }

    private sealed class Configured : PollIOLoop;
}
