using System.Buffers.Binary;
using CsCheck;
using IOLoops.Conformance;
using IOLoops.Sources.Interop;
using Shouldly;
using Xunit;

namespace IOLoops.Sources.Tests.Fuzzing;

/// <summary>The parser of inotify records, with bytes that are records, nearly records, and anything.</summary>
public sealed class InotifyParserFuzz
{
    private const int CasesInCI = 4_000;

    private static readonly Gen<byte[]> NearlyRecords = Gen.Select(
        InotifyRecord.Any.Array[0, 8],
        Gen.Int[0, 40],
        (records, cut) => InotifyRecord.Bytes(records) is var bytes && cut < bytes.Length ? bytes[..^cut] : bytes);

    private delegate void Parser(ReadOnlySpan<byte> bytes, long offset, List<InotifyEvent> events);

    [Fact]
    public void Whole_records_are_parsed_as_they_were_written() => CheckWhole(InotifyEvent.Parse);

    [Fact]
    public void Bytes_that_are_no_records_are_an_error_that_says_so() => CheckAny(InotifyEvent.Parse, CasesInCI);

    [Fact]
    public void The_search_finds_a_parser_that_trusts_lengths() =>
        Should.Throw<CsCheckException>(() => CheckAny(Trusting, CasesInCI));

    [Fact]
    public void The_search_finds_a_parser_that_stops_at_what_is_truncated() =>
        Should.Throw<CsCheckException>(() => CheckAny(Silent, CasesInCI));

    [Fact]
    public void The_search_finds_a_parser_that_trims_names_at_their_last_end() =>
        Should.Throw<CsCheckException>(() => CheckWhole(Trimming));

    private static void CheckWhole(Parser parse) =>
        InotifyRecord.Whole.Array[0, 20].Sample(records =>
        {
            var events = new List<InotifyEvent>();
            parse(InotifyRecord.Bytes(records), 1000, events);
            events.Count.ShouldBe(records.Length);
            long offset = 1000;
            for (int i = 0; i < records.Length; i++)
            {
                var (record, parsed) = (records[i], events[i]);
                int end = Array.IndexOf(record.Name, (byte)0);
                byte[] name = end < 0 ? record.Name : record.Name[..end];
                parsed.ShouldBe(new InotifyEvent(record.Watch, (InotifyMask)record.Mask, record.Cookie, RawPath.FromBytes(name), offset));
                offset += 16 + record.Name.Length;
            }
        }, iter: FuzzCases.Of(CasesInCI), threads: 1, print: records => string.Join(' ', records));

    private static void CheckAny(Parser parse, int cases) =>
        Gen.OneOf(NearlyRecords, NearlyRecords, Gen.Byte.Array[0, 100]).Sample(bytes =>
        {
            var events = new List<InotifyEvent>();
            int whole = CountWhole(bytes, out bool isCut);
            if (isCut)
                Should.Throw<IOException>(() => parse(bytes, 0, events)).Message.ShouldContain("List the folders again");
            else
                parse(bytes, 0, events);
            events.Count.ShouldBe(whole);
        }, iter: FuzzCases.Of(cases), threads: 1, print: Convert.ToHexString);

    /// <summary>By hand, in wide numbers.</summary>
    private static int CountWhole(byte[] bytes, out bool isCut)
    {
        int count = 0;
        long at = 0;
        for (isCut = false; at < bytes.Length; count++)
        {
            long size = at + 16 <= bytes.Length ? 16 + (long)BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan((int)at + 12)) : long.MaxValue - at;
            isCut = at + size > bytes.Length;
            if (isCut)
                return count;
            at += size;
        }
        return count;
    }

    /// <summary>As it once was.</summary>
    private static void Trusting(ReadOnlySpan<byte> bytes, long offset, List<InotifyEvent> events)
    {
        while (!bytes.IsEmpty)
        {
            int size = 16 + BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]);
            InotifyEvent.Parse(bytes[..size], offset, events);
            bytes = bytes[size..];
        }
    }

    private static void Silent(ReadOnlySpan<byte> bytes, long offset, List<InotifyEvent> events)
    {
        try
        {
            InotifyEvent.Parse(bytes, offset, events);
        }
        catch (IOException)
        {
            // A fault on purpose: what is lost is lost without a word.
        }
    }

    private static void Trimming(ReadOnlySpan<byte> bytes, long offset, List<InotifyEvent> events)
    {
        int from = events.Count;
        InotifyEvent.Parse(bytes, offset, events);
        for (int i = from; i < events.Count; i++)
        {
            int at = (int)(events[i].Offset - offset) + 16;
            int end = i + 1 < events.Count ? (int)(events[i + 1].Offset - offset) : bytes.Length;
            events[i] = events[i] with { Name = RawPath.FromBytes(bytes[at..end].TrimEnd((byte)0)) };
        }
    }
}
