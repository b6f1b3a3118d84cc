namespace LoopBench;

/// <summary>Two directions between two parties.</summary>
internal sealed record StreamChannel(Stream ThereOut, Stream ThereIn, Stream BackOut, Stream BackIn);
