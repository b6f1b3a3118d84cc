using System.Runtime.InteropServices;

namespace IOLoops.Conformance;

/// <summary>What runs Windows programs on other systems: some tests must know what it does otherwise.</summary>
public static class Wine
{
    /// <summary>Whether this process runs under Wine.</summary>
    public static bool IsPresent { get; } = OperatingSystem.IsWindows()
        && NativeLibrary.TryGetExport(NativeLibrary.Load("ntdll.dll"), "wine_get_version", out _);
}
