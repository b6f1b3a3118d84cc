using System.Reflection;
using System.Runtime.InteropServices;

namespace Faults;

/// <summary>
/// Controls the shim that stands between a library and the C library. It is given to the library by a resolver of its
/// imports, so calls of the runtime, of this program and of the other library do not pass through it.
/// </summary>
internal sealed unsafe class Shim
{
    private static Shim s_core = null!;
    private static Shim s_sources = null!;
    private static Shim s_target = null!;

    private readonly nint _handle;
    private readonly string[] _calls;

    private Shim(string path, Assembly library)
    {
        _handle = NativeLibrary.Load(path);
        NativeLibrary.SetDllImportResolver(library, (name, _, _) => name == "libc" ? _handle : 0);
        _calls = new string[((delegate* unmanaged<int>)Export("faults_count"))()];
        var name = (delegate* unmanaged<int, nint>)Export("faults_name");
        for (int id = 0; id < _calls.Length; id++)
            _calls[id] = Marshal.PtrToStringUTF8(name(id))!;
    }

    /// <summary>How many calls the armed fault has failed.</summary>
    internal static long Injected => ((delegate* unmanaged<long>)s_target.Export("faults_injected"))();

    /// <summary>How many calls the library made, of any kind, since the fault was armed.</summary>
    internal static long Made => ((delegate* unmanaged<long>)s_target.Export("faults_made"))();

    /// <summary>Each library has a shim of its own: a copy of the file is another one to the system.</summary>
    internal static void Load(string path, bool failsSources)
    {
        string copy = path + ".sources";
        File.Copy(path, copy, overwrite: true);
        s_core = new Shim(path, typeof(IOLoops.IOLoop).Assembly);
        s_sources = new Shim(copy, typeof(IOLoops.Sources.LoopStream).Assembly);
        s_target = failsSources ? s_sources : s_core;
    }

    internal static void Arm(string call, int errno, Schedule schedule) =>
        s_target.Arm(s_target.Id(call), errno, schedule.First, schedule.Step, Schedule.Most(errno));

    /// <summary>No fault, and none that was injected before.</summary>
    internal static void ArmNothing() => s_target.Arm(-1, 0, 0, 0, 0);

    internal static void Disarm() => ((delegate* unmanaged<void>)s_target.Export("faults_disarm"))();

    /// <summary>The system lacks the call: it fails with ENOSYS, everywhere and always.</summary>
    internal static void Lack(string call) => ((delegate* unmanaged<int, void>)s_target.Export("faults_lack"))(s_target.Id(call));

    /// <summary>Calls on this thread never fail and are not counted.</summary>
    internal static void ExemptThisThread()
    {
        ((delegate* unmanaged<int, void>)s_core.Export("faults_exempt"))(1);
        ((delegate* unmanaged<int, void>)s_sources.Export("faults_exempt"))(1);
    }

    internal static void ClearTotals() => ((delegate* unmanaged<void>)s_target.Export("faults_clear"))();

    internal static long Total(string call) => ((delegate* unmanaged<int, long>)s_target.Export("faults_total"))(s_target.Id(call));

    private void Arm(int id, int errno, long first, long step, long most) =>
        ((delegate* unmanaged<int, int, long, long, long, void>)Export("faults_arm"))(id, errno, first, step, most);

    private int Id(string call) => Array.IndexOf(_calls, call);

    private nint Export(string name) => NativeLibrary.GetExport(_handle, name);
}
