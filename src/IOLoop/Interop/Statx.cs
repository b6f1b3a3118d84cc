using System.Runtime.InteropServices;

namespace IOLoops.Interop;

/// <summary><c>statx(2)</c>, which musl has since 1.2.4 alone: before, by its number.</summary>
internal static unsafe class Statx
{
    private static volatile bool s_isExported = true;

    /// <summary>0, or -1 and errno.</summary>
    internal static int Call(int directory, byte* path, int flags, uint mask, void* result)
    {
        if (s_isExported)
        {
            try
            {
                return Libc.statx(directory, path, flags, mask, result);
            }
            catch (EntryPointNotFoundException)
            {
                s_isExported = false;
            }
        }
        return CallByNumber(directory, path, flags, mask, result);
    }

    internal static int CallByNumber(int directory, byte* path, int flags, uint mask, void* result) =>
        (int)Libc.syscall(Number, directory, (nint)path, flags, (nint)mask, (nint)result);

    // arm64, riscv64 and loongarch64 share one table.
    private static nint Number => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 332,
        Architecture.X86 or Architecture.Ppc64le => 383,
        Architecture.Arm or Architecture.Armv6 => 397,
        Architecture.S390x => 379,
        _ => 291,
    };
}
