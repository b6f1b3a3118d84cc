using System.Diagnostics;
using System.Reflection;
using IOLoops.Conformance;
using IOLoops.Diagnostics;
using IOLoops.Tests.Contract;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Diagnostics;

/// <summary>What debuggers show.</summary>
public sealed class DebugViewTests : IDisposable
{
    private readonly PollIOLoop _loop = new(new PollIOLoopOptions { Name = "orders" });
    private readonly EventFd _ready = new();

    [Fact]
    public void A_loop_is_shown_with_its_descriptors_and_timeouts()
    {
        _loop.AddHandler(_ready.Number, OnReady, IOEvents.Read);
        _loop.CallLater(TimeSpan.FromHours(1), OnTimeout);
        _loop.CallLater(TimeSpan.FromHours(-1), OnTimeout);
        var attribute = typeof(PollIOLoop).GetCustomAttribute<DebuggerTypeProxyAttribute>(inherit: true).ShouldNotBeNull();
        var view = (LoopDebugView)Activator.CreateInstance(Type.GetType(attribute.ProxyTypeName)!, _loop)!;
        view.Summary.ShouldBe(_loop.ToString());
        view.IsIn.ShouldBeNull();
        var registration = view.Descriptors.ShouldHaveSingleItem();
        registration.Descriptor.ShouldBe(_ready.Number);
        registration.Events.ShouldBe(IOEvents.Read);
        registration.Handler.ShouldBe($"{typeof(DebugViewTests).FullName}.{nameof(OnReady)}");
        view.NextTimeouts.Length.ShouldBe(2);
        view.NextTimeouts[0].ToString().ShouldContain("due now");
        view.NextTimeouts[1].Left.ShouldBeGreaterThan(TimeSpan.FromMinutes(30));
        typeof(PollIOLoop).GetCustomAttribute<DebuggerDisplayAttribute>(inherit: true).ShouldNotBeNull();
    }

    [Fact]
    public void Of_many_timeouts_the_next_ten_are_shown_in_order()
    {
        for (int i = 100; i > 0; i--)
            _loop.CallLater(TimeSpan.FromHours(i), OnTimeout);
        var next = new LoopState(_loop).NextTimeouts;
        next.Count.ShouldBe(LoopState.MostTimeouts);
        next.Select(timeout => (int)Math.Ceiling(timeout.Left.TotalHours)).ShouldBe(Enumerable.Range(1, LoopState.MostTimeouts));
    }

    [Fact]
    public void A_loop_written_elsewhere_is_told_in_one_line()
    {
        using var loop = new ListLoop();
        using var text = new StringWriter();
        loop.DumpState(text);
        text.ToString().Trim().ShouldBe("ListLoop: ListLoop, stopped");
        Should.Throw<NotSupportedException>(() => loop.SetBlockingLogThreshold(TimeSpan.FromSeconds(1)));
        loop.SetBlockingLogThreshold(null);
        Should.Throw<ArgumentNullException>(() => loop.DumpState(null!));
    }

    public void Dispose()
    {
        _loop.Close();
        _ready.Dispose();
    }

    private static void OnReady(FileDescriptor fd, IOEvents events)
    {
    }

    private static void OnTimeout()
    {
    }
}
