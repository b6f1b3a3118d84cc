using System.Runtime.InteropServices;
using Shouldly;

namespace IOLoops.Sources.Tests.Processes;

/// <summary>A descriptor that children inherit unless something is done about it, as native libraries open them.</summary>
internal sealed partial class InheritableDescriptor : IDisposable
{
    private readonly int _fd = dup(2);

    internal InheritableDescriptor() => _fd.ShouldBeGreaterThan(2);

    public void Dispose() => _ = close(_fd);

    [LibraryImport("libc")]
    private static partial int dup(int fd);

    [LibraryImport("libc")]
    internal static partial int close(int fd);
}
