using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using IOLoops.Interop;

namespace IOLoops.Tests.Hosting;

/// <summary>What tests ask of Windows and the library does not.</summary>
[SupportedOSPlatform("windows")]
internal static unsafe partial class TestWindows
{
    internal static bool Exists(nint window) => IsWindow(window) != 0;

    /// <summary>Gives the calling thread a message queue, as the first wait for a message does.</summary>
    internal static void MakeQueue()
    {
        WindowMessage message;
        _ = PeekMessageW(&message, 0, 0, 0, 0);
    }

    [LibraryImport("user32.dll")]
    internal static partial int DestroyWindow(nint window);

    [LibraryImport("user32.dll")]
    internal static partial nint SetTimer(nint window, nint id, uint milliseconds, nint procedure);

    [LibraryImport("user32.dll")]
    private static partial int IsWindow(nint window);

    [LibraryImport("user32.dll")]
    private static partial int PeekMessageW(WindowMessage* message, nint window, uint first, uint last, uint remove);
}
