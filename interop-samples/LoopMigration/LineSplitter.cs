using System.Text;

namespace IOLoops.Samples;

/// <summary>Puts lines together again that arrive in pieces, or several at once.</summary>
internal sealed class LineSplitter
{
    /// <summary>More bytes than that without an end of line count as a line, so that no client can fill the memory.</summary>
    private const int MaxLength = 1024;

    private readonly List<byte> _line = [];

    internal static byte[] Encode(string line) => Encoding.UTF8.GetBytes(line + "\n");

    /// <summary>The lines that these bytes complete.</summary>
    internal List<string> Split(ReadOnlyMemory<byte> bytes)
    {
        var lines = new List<string>();
        foreach (byte next in bytes.Span)
        {
            if (next != '\n')
                _line.Add(next);
            if (next != '\n' && _line.Count < MaxLength)
                continue;
            lines.Add(Encoding.UTF8.GetString([.. _line]));
            _line.Clear();
        }
        return lines;
    }
}
