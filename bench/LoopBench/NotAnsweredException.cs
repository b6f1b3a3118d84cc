namespace LoopBench;

/// <summary>This program, or this system, does not have what the command line asks for: exit code 2.</summary>
internal sealed class NotAnsweredException(string message) : Exception(message);
