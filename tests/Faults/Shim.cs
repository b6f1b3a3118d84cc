using System.Net.Sockets;
using System.Reflection;
using System.Runtime.InteropServices;

namespace Faults;

/// <summary>
/// Controls the shim that stands between a library and the C library. It is given to the library by a resolver of its
/// imports, so calls of the runtime, of this program and of the other libraries do not pass through it.
/// </summary>
internal sealed unsafe partial class Shim
{
    private const int Now = 2; // RTLD_NOW
    private const int DeepBind = 8; // RTLD_DEEPBIND

    private static readonly List<Shim> All = [];
    private static Shim s_target = null!;

    private readonly nint _handle;
    private readonly string[] _calls;

    private Shim(nint handle, Assembly library, string import)
    {
        _handle = handle;
        NativeLibrary.SetDllImportResolver(library, (name, _, _) => name == import ? _handle : 0);
        _calls = new string[((delegate* unmanaged<int>)Export("faults_count"))()];
        var name = (delegate* unmanaged<int, nint>)Export("faults_name");
        for (int id = 0; id < _calls.Length; id++)
            _calls[id] = Marshal.PtrToStringUTF8(name(id))!;
        All.Add(this);
    }

    /// <summary>All functions of the C library that are counted.</summary>
    internal static IReadOnlyList<string> Calls => s_target._calls;

    /// <summary>How many calls the armed fault has failed.</summary>
    internal static long Injected => ((delegate* unmanaged<long>)s_target.Export("faults_injected"))();

    /// <summary>How many calls the library made, of any kind, since the fault was armed.</summary>
    internal static long Made => ((delegate* unmanaged<long>)s_target.Export("faults_made"))();

    /// <summary>Each library has a shim of its own: a copy of the file is another one to the system.</summary>
    internal static void Load(string path, Target target)
    {
        string copy = path + ".sources";
        File.Copy(path, copy, overwrite: true);
        var core = new Shim(NativeLibrary.Load(path), typeof(IOLoops.IOLoop).Assembly, "libc");
        var sources = new Shim(NativeLibrary.Load(copy), typeof(IOLoops.Sources.LoopStream).Assembly, "libc");
        s_target = target switch
        {
            Target.Sources => sources,
            Target.Sockets => LoadForSockets(Path.ChangeExtension(path, ".sockets.so")),
            _ => core,
        };
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
        foreach (var shim in All)
            ((delegate* unmanaged<int, void>)shim.Export("faults_exempt"))(1);
    }

    internal static void ClearTotals() => ((delegate* unmanaged<void>)s_target.Export("faults_clear"))();

    internal static long Total(string call) => ((delegate* unmanaged<int, long>)s_target.Export("faults_total"))(s_target.Id(call));

    /// <summary>
    /// The file brings a copy of the runtime's native library along. With "deep" binding the copy finds the C library's functions in
    /// the shim first; the one that the rest of the runtime uses is untouched.
    /// </summary>
    private static Shim LoadForSockets(string path)
    {
        nint handle = dlopen(path, Now | DeepBind);
        return handle != 0
            ? new Shim(handle, typeof(Socket).Assembly, "libSystem.Native")
            : throw new DllNotFoundException($"{path}: {Marshal.PtrToStringUTF8(dlerror())}");
    }

    private void Arm(int id, int errno, long first, long step, long most) =>
        ((delegate* unmanaged<int, int, long, long, long, void>)Export("faults_arm"))(id, errno, first, step, most);

    private int Id(string call) => Array.IndexOf(_calls, call);

    private nint Export(string name) => NativeLibrary.GetExport(_handle, name);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint dlopen(string path, int flags);

    [LibraryImport("libc")]
    private static partial nint dlerror();
}
