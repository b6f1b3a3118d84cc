using Shouldly;
using Xunit;

namespace IOLoops.Tests.Hosting;

/// <summary>Where there are no Windows messages.</summary>
public sealed class WindowsMessagesElsewhereTests
{
    [Fact]
    public void Other_systems_refuse_the_loop_and_name_the_one_to_use()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has Windows messages");
        Should.Throw<PlatformNotSupportedException>(() => new WindowsMessageIOLoop()).Message.ShouldContain(nameof(SynchronizationContextIOLoop));
        Should.Throw<PlatformNotSupportedException>(() => WindowsMessageIOLoop.Attach());
    }
}
