namespace LoopBench;

/// <summary>Two directions between two parties, by number.</summary>
internal sealed record BareChannel(int GoingWriter, int GoingReader, int ComingWriter, int ComingReader);
