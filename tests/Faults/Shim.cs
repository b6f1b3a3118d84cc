using System.Runtime.InteropServices;

namespace Faults;

/// <summary>
/// Controls the shim that stands between the libraries and the C library. It is given to the libraries by a resolver of
/// their imports, so calls of the runtime and of this program do not pass through it.
/// </summary>
internal static partial class Shim
{
    private const string Name = "faults";

    private static nint s_handle;
    private static string[] s_calls = [];

    internal static IReadOnlyList<string> Calls => s_calls;

    internal static void Load(string path)
    {
        s_handle = NativeLibrary.Load(path);
        NativeLibrary.SetDllImportResolver(typeof(Shim).Assembly, static (name, _, _) => name == Name ? s_handle : 0);
        foreach (var library in new[] { typeof(IOLoops.IOLoop).Assembly, typeof(IOLoops.Sources.LoopStream).Assembly })
            NativeLibrary.SetDllImportResolver(library, static (name, _, _) => name == "libc" ? s_handle : 0);
        s_calls = new string[faults_count()];
        for (int id = 0; id < s_calls.Length; id++)
            s_calls[id] = Marshal.PtrToStringUTF8(faults_name(id))!;
    }

    internal static void Arm(string call, int errno, Schedule schedule) =>
        faults_arm(Array.IndexOf(s_calls, call), errno, schedule.First, schedule.Step, Schedule.Most(errno));

    /// <summary>No fault, and none that was injected before.</summary>
    internal static void ArmNothing() => faults_arm(-1, 0, 0, 0, 0);

    internal static void Disarm() => faults_disarm();

    /// <summary>How many calls the armed fault has failed.</summary>
    internal static long Injected => faults_injected();

    /// <summary>How many calls the libraries made, of any kind, since the fault was armed.</summary>
    internal static long Made => faults_made();

    /// <summary>Calls on this thread never fail and are not counted.</summary>
    internal static void ExemptThisThread() => faults_exempt(1);

    internal static void ClearTotals() => faults_clear();

    internal static long Total(string call) => faults_total(Array.IndexOf(s_calls, call));

    [LibraryImport(Name)]
    private static partial int faults_count();

    [LibraryImport(Name)]
    private static partial nint faults_name(int id);

    [LibraryImport(Name)]
    private static partial long faults_total(int id);

    [LibraryImport(Name)]
    private static partial void faults_clear();

    [LibraryImport(Name)]
    private static partial void faults_arm(int id, int error, long first, long step, long most);

    [LibraryImport(Name)]
    private static partial void faults_disarm();

    [LibraryImport(Name)]
    private static partial long faults_injected();

    [LibraryImport(Name)]
    private static partial long faults_made();

    [LibraryImport(Name)]
    private static partial void faults_exempt(int on);
}
