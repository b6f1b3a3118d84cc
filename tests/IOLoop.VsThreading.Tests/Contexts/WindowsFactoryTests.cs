using Microsoft.VisualStudio.Threading;
using Shouldly;
using Xunit;

namespace IOLoops.VsThreading.Tests.Contexts;

/// <summary>Factories that post by Windows messages, where they cannot; tests/WindowsUi has those that do.</summary>
public sealed class WindowsFactoryTests
{
    [Fact]
    public void Other_systems_refuse_a_factory_that_posts_by_Windows_messages()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has Windows messages");
        var context = new JoinableTaskContext(Thread.CurrentThread, new SynchronizationContext());
        Should.Throw<PlatformNotSupportedException>(() => context.Factory.WithWindowsMessages());
    }

    [Fact]
    public void Another_thread_than_the_main_thread_is_refused()
    {
        var context = new JoinableTaskContext(new Thread(static () => { }), new SynchronizationContext());
        Should.Throw<InvalidOperationException>(() => context.Factory.WithWindowsMessages()).Message.ShouldContain("main thread");
    }
}
