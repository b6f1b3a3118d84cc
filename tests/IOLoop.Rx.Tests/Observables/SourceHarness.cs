using System.Text;
using IOLoops.Conformance;
using IOLoops.Sources;

namespace IOLoops.Rx.Tests;

/// <summary>What tests of sources as observables need.</summary>
public abstract class SourceHarness(LoopFixture fixture) : LoopHarness(fixture)
{
    private protected (LoopStream Reader, LoopStream Writer) NewStreams()
    {
        var (reader, writer) = LoopStream.CreatePipe(Loop);
        Own(writer);
        Own(reader);
        return (reader, writer);
    }

    private protected static void Write(LoopStream stream, string text) => RawFiles.Write((int)stream.Descriptor.Number, Encoding.UTF8.GetBytes(text));

    private protected static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    /// <summary>What the stream gives until its end.</summary>
    private protected static async Task<string> RestOf(LoopStream stream)
    {
        using var reader = new StreamReader(stream, leaveOpen: true);
        return await Within(reader.ReadToEndAsync());
    }
}
