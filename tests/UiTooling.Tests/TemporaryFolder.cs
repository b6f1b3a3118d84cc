using System.Runtime.InteropServices;

namespace IOLoops.Samples.Tests;

/// <summary>A folder for the files of one test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private const uint OwnerReadsAndWrites = 0x180;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ui-tooling-tests-");

    internal string this[string name] => Path.Combine(_folder.FullName, name);

    /// <summary>A named pipe: opening it to read waits for a writer.</summary>
    internal string MakePipe(string name)
    {
        string path = this[name];
        return mkfifo(path, OwnerReadsAndWrites) == 0 ? path : throw new IOException($"mkfifo: errno {Marshal.GetLastPInvokeError()}");
    }

    public void Dispose() => _folder.Delete(recursive: true);

    [DllImport("libc", SetLastError = true)]
    private static extern int mkfifo([MarshalAs(UnmanagedType.LPUTF8Str)] string path, uint mode);
}
