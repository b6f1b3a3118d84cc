using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace IOLoops.Sources.Interop;

/// <summary>Starts a process with three standard streams and no other handle of this one.</summary>
[SupportedOSPlatform("windows")]
internal static unsafe class WindowsSpawner
{
    /// <param name="path">The program.</param>
    /// <param name="commandLine">All arguments.</param>
    /// <param name="environment">Its variables, in a block.</param>
    /// <param name="directory">Null: this process's own.</param>
    /// <param name="flags">What <c>CreateProcess</c> is to do besides.</param>
    /// <param name="handles">Its standard streams.</param>
    /// <param name="started">Its handles, which are the caller's.</param>
    /// <returns>Zero, or an error of Windows.</returns>
    internal static int Start(
        string path, string commandLine, string environment, string? directory, uint flags, in InheritedHandles handles, out ProcessInformation started)
    {
        nuint size = 0;
        _ = Kernel32.InitializeProcThreadAttributeList(null, 1, 0, &size); // says how much it needs
        byte* attributes = (byte*)NativeMemory.AllocZeroed(size);
        try
        {
            if (Kernel32.InitializeProcThreadAttributeList(attributes, 1, 0, &size) == 0)
                return Failed(out started);
            try
            {
                return Start(attributes, path, commandLine, environment, directory, flags, handles, out started);
            }
            finally
            {
                Kernel32.DeleteProcThreadAttributeList(attributes);
            }
        }
        finally
        {
            NativeMemory.Free(attributes);
        }
    }

    private static int Start(
        byte* attributes, string path, string commandLine, string environment, string? directory, uint flags, in InheritedHandles handles,
        out ProcessInformation started)
    {
        nint* list = stackalloc nint[] { handles.Input, handles.Output, handles.Error };
        int count = handles.Error == handles.Output ? 2 : 3; // none may be in the list twice
        if (Kernel32.UpdateProcThreadAttribute(attributes, 0, Kernel32.HandleList, list, (nuint)(count * sizeof(nint)), null, null) == 0)
            return Failed(out started);
        var startup = new StartupInformation
        {
            Size = (uint)sizeof(StartupInformation),
            Flags = StartupInformation.UsesHandles,
            Input = handles.Input,
            Output = handles.Output,
            Error = handles.Error,
            Attributes = attributes,
        };
        char[] writable = [.. commandLine, '\0']; // CreateProcessW writes to it
        ProcessInformation information;
        fixed (char* program = path, line = writable, variables = environment, folder = directory)
        {
            if (Kernel32.CreateProcessW(
                program, line, 0, 0, 1, flags | Kernel32.UnicodeEnvironment | Kernel32.ExtendedStartup, variables, folder, &startup, &information) == 0)
            {
                return Failed(out started);
            }
        }
        started = information;
        return 0;
    }

    private static int Failed(out ProcessInformation started)
    {
        int error = Errno.Last;
        started = default;
        return error;
    }
}
