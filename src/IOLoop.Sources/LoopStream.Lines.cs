using System.Runtime.CompilerServices;
using System.Text;
using IOLoops.Sources.Streams;

namespace IOLoops.Sources;

public sealed partial class LoopStream
{
    /// <summary>
    /// The lines of a text, without their ends (LF or CRLF). A last line without an end counts. A byte order mark is removed. No more is read than the consumer asks
    /// for: its pace is the backpressure.
    /// </summary>
    /// <remarks>Reads ahead by up to a few KiB: what was read ahead is lost when the enumeration is given up before the end.</remarks>
    /// <param name="encoding">UTF-8 when null. What it cannot decode becomes U+FFFD, unless it throws.</param>
    /// <param name="maxLength">How long a line may be, in characters and without its end, so that a text without line ends cannot take all memory.</param>
    /// <exception cref="InvalidDataException">(While enumerating.) A line is longer than <paramref name="maxLength"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxLength"/> is not positive.</exception>
    public IAsyncEnumerable<string> ReadLinesAsync(Encoding? encoding = null, int maxLength = 1 << 20)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxLength, 1);
        return LinesAsync(encoding ?? Encoding.UTF8, maxLength);
    }

    private async IAsyncEnumerable<string> LinesAsync(Encoding encoding, int maxLength, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        byte[] bytes = GC.AllocateUninitializedArray<byte>(LineDecoder.BytesAtOnce);
        var decoder = new LineDecoder(encoding, maxLength);
        int count;
        do
        {
            count = await ReadAsync(bytes, cancellationToken).ConfigureAwait(false);
            decoder.Add(bytes.AsSpan(0, count), isEnd: count == 0);
            while (decoder.TakeLine() is { } line)
                yield return line;
        }
        while (count > 0);
        if (decoder.TakeRest() is { } rest)
            yield return rest;
    }
}
