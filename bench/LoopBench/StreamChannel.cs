namespace LoopBench;

/// <summary>Two directions between two parties.</summary>
internal sealed record StreamChannel(Stream GoingWriter, Stream GoingReader, Stream ComingWriter, Stream ComingReader);
