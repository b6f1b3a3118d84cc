using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace IOLoops.Sources.Interop;

/// <summary>Processes of Windows.</summary>
[SupportedOSPlatform("windows")]
internal static unsafe partial class Kernel32
{
    internal const uint Suspended = 0x4;
    internal const uint NewGroup = 0x200;
    internal const uint UnicodeEnvironment = 0x400;
    internal const uint ExtendedStartup = 0x80000;
    internal const uint NoWindow = 0x8000000;
    internal const nuint HandleList = 0x20002; // PROC_THREAD_ATTRIBUTE_HANDLE_LIST
    internal const uint SameAccess = 2;
    internal const uint Signalled = 0;         // WAIT_OBJECT_0
    internal const nint ThisProcess = -1;

    private const string Library = "kernel32.dll";

    [LibraryImport(Library)]
    internal static partial int CreateProcessW(
        char* application, char* commandLine, nint processSecurity, nint threadSecurity, int inheritHandles, uint flags, char* environment, char* directory,
        StartupInformation* startup, ProcessInformation* information);

    [LibraryImport(Library)]
    internal static partial int InitializeProcThreadAttributeList(void* list, int count, uint flags, nuint* size);

    [LibraryImport(Library)]
    internal static partial int UpdateProcThreadAttribute(void* list, uint flags, nuint attribute, void* value, nuint size, void* previous, nuint* returned);

    [LibraryImport(Library)]
    internal static partial void DeleteProcThreadAttributeList(void* list);

    [LibraryImport(Library)]
    internal static partial int TerminateProcess(nint process, uint exitCode);

    [LibraryImport(Library)]
    internal static partial int GetExitCodeProcess(nint process, uint* exitCode);

    [LibraryImport(Library)]
    internal static partial uint WaitForSingleObject(nint handle, uint milliseconds);

    [LibraryImport(Library)]
    internal static partial uint ResumeThread(nint thread);

    [LibraryImport(Library)]
    internal static partial int DuplicateHandle(nint source, nint handle, nint target, nint* copy, uint access, int inherit, uint options);

    [LibraryImport(Library)]
    internal static partial int CloseHandle(nint handle);

    [LibraryImport(Library)]
    internal static partial nint GetStdHandle(int which);

    [LibraryImport(Library)]
    internal static partial nint GetConsoleWindow();

    [LibraryImport(Library)]
    internal static partial nint CreateJobObjectW(nint security, char* name);

    [LibraryImport(Library)]
    internal static partial int AssignProcessToJobObject(nint job, nint process);

    [LibraryImport(Library)]
    internal static partial int TerminateJobObject(nint job, uint exitCode);
}
