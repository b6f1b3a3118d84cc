namespace IOLoops.Interop;

/// <summary><c>struct timeval</c> of Windows, whose long is 32 bits wide.</summary>
internal struct WinsockTime
{
    internal int Seconds;
    internal int Microseconds;
}
