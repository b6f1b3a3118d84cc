using System.Buffers.Binary;
using CsCheck;

namespace IOLoops.Sources.Tests.Fuzzing;

/// <summary>A <c>struct inotify_event</c> and the bytes behind it, right or wrong.</summary>
/// <param name="Watch">Of which folder.</param>
/// <param name="Mask">What happened.</param>
/// <param name="Cookie">The same for both halves of a move.</param>
/// <param name="Name">The bytes that follow, with their padding if they have one.</param>
/// <param name="Length">What the record says about <paramref name="Name"/>; null: the truth.</param>
internal readonly record struct InotifyRecord(int Watch, uint Mask, uint Cookie, byte[] Name, uint? Length = null)
{
    private const int HeaderSize = 16;

    private static readonly uint[] Bits =
        [0x2, 0x4, 0x8, 0x40, 0x80, 0x100, 0x200, 0x800, 0x2000, 0x4000, 0x8000, 0x4000_0000, 0x4000_0040, 0x4000_0080, 0x4000_0100, 0x4000_0200];

    private static readonly byte[][] Names =
        [[], .. ((string[])["a\0\0\0", "b\0\0\0", "c\0\0\0", "new\0", "a", "\0\0\0\0", "a\0b\0", new string('n', 255) + "\0"]).Select(name => name.Select(c => (byte)c).ToArray()), [0xff, 0xc3, 0x28, 0]];

    /// <summary>What the kernel might write: every length is right, all else is arbitrary.</summary>
    internal static Gen<InotifyRecord> Whole { get; } = Gen.Select(
        Gen.OneOf(Gen.Int[1, 5], Gen.OneOf(-1, 0, 6, int.MinValue, int.MaxValue)),
        Gen.OneOf(Gen.OneOf(Bits), Gen.OneOf(Bits), Gen.UInt),
        Gen.UInt[0, 3],
        Gen.OneOf(Gen.OneOf(Names), Gen.OneOf(Names), Gen.Byte.Array[0, 40].Select(WithoutPaths)),
        (watch, mask, cookie, name) => new InotifyRecord(watch, mask, cookie, name));

    /// <summary>The same with lengths that are wrong now and then.</summary>
    internal static Gen<InotifyRecord> Any { get; } = Gen.Select(
        Whole,
        Gen.Frequency((6, Gen.Const((uint?)null)), (1, Gen.UInt[0, 64].Select(length => (uint?)length)), (1, Gen.UInt.Select(length => (uint?)length))),
        (record, length) => record with { Length = length });

    internal static byte[] Bytes(IEnumerable<InotifyRecord> records)
    {
        var bytes = new List<byte>();
        Span<byte> header = stackalloc byte[HeaderSize];
        foreach (var record in records)
        {
            BinaryPrimitives.WriteInt32LittleEndian(header, record.Watch);
            BinaryPrimitives.WriteUInt32LittleEndian(header[4..], record.Mask);
            BinaryPrimitives.WriteUInt32LittleEndian(header[8..], record.Cookie);
            BinaryPrimitives.WriteUInt32LittleEndian(header[12..], record.Length ?? (uint)record.Name.Length);
            bytes.AddRange(header);
            bytes.AddRange(record.Name);
        }
        return [.. bytes];
    }

    public override string ToString() => $"({Watch} {Mask:x} {Cookie} {Convert.ToHexString(Name)}{(Length is { } length ? $" as {length}" : "")})";

    // The kernel's names are names. A test that follows others would walk folders that are not its own.
    private static byte[] WithoutPaths(byte[] name)
    {
        for (int i = 0; i < name.Length; i++)
        {
            if (name[i] is (byte)'/' or (byte)'.')
                name[i] = (byte)'_';
        }
        return name;
    }
}
