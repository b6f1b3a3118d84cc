namespace LoopBench;

/// <summary>One round of one server.</summary>
/// <param name="Trips">Messages to and fro.</param>
/// <param name="Seconds">How long they took.</param>
/// <param name="CpuMicroseconds">Processor time of the whole process, clients included.</param>
/// <param name="Allocated">Bytes that all threads have allocated.</param>
/// <param name="BusiestShare">The share of the messages that the busiest loop has served, from 0 to 1.</param>
internal sealed record ScaleRun(long Trips, double Seconds, double CpuMicroseconds, long Allocated, double BusiestShare)
{
    internal double PerSecond => Trips / Seconds;
}
