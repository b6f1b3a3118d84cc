using System.Collections;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace IOLoops.Samples;

/// <summary>A command in a session of its own, and a descriptor that tells its end.</summary>
internal sealed class ChildProcess : IDisposable
{
    // The same number on every processor; the C library's own name for it is recent.
    private const int PidfdOpen = 434;

    private ChildProcess(int id, SafeFileHandle handle)
    {
        Id = id;
        Handle = handle;
    }

    internal int Id { get; }

    /// <summary>A pidfd: readable when the process has ended.</summary>
    internal SafeFileHandle Handle { get; }

    /// <param name="command">The program, found as a shell finds it, and its arguments.</param>
    /// <param name="terminal">The path of its terminal: input, output, errors, and what sends it signals.</param>
    /// <param name="environment">Variables that differ from this program's.</param>
    /// <exception cref="IOException">It cannot be started; the message says why.</exception>
    internal static ChildProcess Start(IReadOnlyList<string> command, string terminal, IReadOnlyDictionary<string, string> environment)
    {
        using var attributes = new SpawnAttributes(terminal);
        int error = posix_spawnp(
            out int id, command[0], attributes.FileActions, attributes.Attributes, [.. command, null], [.. Environment(environment), null]);
        if (error != 0)
            throw new IOException($"cannot start '{command[0]}': {Marshal.GetPInvokeErrorMessage(error)}", error);
        // Nobody else can have got the number by now: it stays the child's until somebody has asked how it ended.
        int descriptor = (int)syscall(PidfdOpen, id, 0);
        if (descriptor >= 0)
            return new ChildProcess(id, new SafeFileHandle(descriptor, ownsHandle: true));
        var failure = Libc.Failure("pidfd_open");
        KillAndReap(id);
        throw failure;
    }

    /// <summary>To the command and what it has started in its process group; nothing happens when they have gone.</summary>
    internal void Signal(UnixSignal signal) => _ = kill(-Id, (int)signal);

    /// <summary>Once, when <see cref="Handle"/> is readable: the process is then forgotten by the kernel.</summary>
    internal ExitStatus Reap() => waitpid(Id, out int status, 0) == Id ? ExitStatus.FromWait(status) : ExitStatus.Unknown;

    /// <summary>Instead of <see cref="Reap"/>: ends it at once, and disposes of this.</summary>
    internal void Abandon()
    {
        KillAndReap(Id);
        Dispose();
    }

    public void Dispose() => Handle.Dispose();

    // What gets SIGKILL ends without delay, so this may wait.
    private static void KillAndReap(int id)
    {
        _ = kill(-id, (int)UnixSignal.Kill);
        _ = waitpid(id, out _, 0);
    }

    private static IEnumerable<string> Environment(IReadOnlyDictionary<string, string> changes) =>
        System.Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .Where(variable => !changes.ContainsKey((string)variable.Key))
            .Select(variable => $"{variable.Key}={variable.Value}")
            .Concat(changes.Select(change => $"{change.Key}={change.Value}"));

    [DllImport("libc")]
    private static extern int posix_spawnp(
        out int pid,
        [MarshalAs(UnmanagedType.LPUTF8Str)] string file,
        nint fileActions,
        nint attributes,
        [MarshalAs(UnmanagedType.LPArray, ArraySubType = UnmanagedType.LPStr)] string?[] arguments,
        [MarshalAs(UnmanagedType.LPArray, ArraySubType = UnmanagedType.LPStr)] string?[] environment);

    [DllImport("libc", SetLastError = true)]
    private static extern nint syscall(nint number, nint pid, nint flags);

    [DllImport("libc", SetLastError = true)]
    private static extern int waitpid(int pid, out int status, int options);

    [DllImport("libc")]
    private static extern int kill(int pid, int signal);
}
