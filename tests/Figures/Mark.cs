using System.Text;

namespace Figures;

/// <summary>
/// A line in the trace: a write to a descriptor that is not open. What a thread calls between a mark "B" and a mark "E" is
/// a sample of a figure.
/// </summary>
internal static unsafe class Mark
{
    internal static void Begin(string kind, string figure, string role, int thread) => Write($"B|{kind}|{figure}|{role}|{thread}");

    internal static void End(string kind, string figure, string role, int operations) => Write($"E|{kind}|{figure}|{role}|{operations}");

    internal static void Allocated(string kind, string figure, string role, long bytes, int operations) => Write($"A|{kind}|{figure}|{role}|{bytes}|{operations}");

    private static void Write(string text)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(text);
        fixed (byte* start = bytes)
            Libc.write(-1, start, (nuint)bytes.Length);
    }
}
