namespace LoopBench;

/// <summary>Two directions between two parties, by number.</summary>
internal sealed record BareChannel(int ThereOut, int ThereIn, int BackOut, int BackIn);
