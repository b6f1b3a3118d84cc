using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace IOLoops.Interop;

/// <summary>
/// The layout of <c>struct epoll_event</c>, which the kernel packs to 12 bytes on x86-64 alone; on 32-bit x86 it is
/// 12 bytes by alignment, elsewhere 16.
/// </summary>
internal static unsafe class EpollEvent
{
    private static readonly bool Packed = RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.X86;

    internal static int Size
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => SizeOn(Packed);
    }

    internal const int MaxSize = 16;

    internal static int SizeOn(bool packed) => packed ? 12 : 16;

    internal static int DataOffsetOn(bool packed) => packed ? 4 : 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Write(byte* at, IOEvents events, ulong data)
    {
        *(uint*)at = (uint)events;
        Unsafe.WriteUnaligned(at + DataOffsetOn(Packed), data);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static IOEvents Events(byte* at) => (IOEvents)(*(uint*)at);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Data(byte* at) => Unsafe.ReadUnaligned<ulong>(at + DataOffsetOn(Packed));
}
