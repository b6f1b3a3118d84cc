namespace IOLoops.Interop;

/// <summary>The results of Windows' native calls that this library distinguishes. A negative one is a failure.</summary>
internal static class NtStatus
{
    internal const int Success = 0;
    internal const int Pending = 0x103;
    internal const int InvalidHandle = unchecked((int)0xC0000008);
    internal const int InvalidParameter = unchecked((int)0xC000000D);
    internal const int NoMemory = unchecked((int)0xC0000017);
    internal const int ObjectTypeMismatch = unchecked((int)0xC0000024);
    internal const int QuotaExceeded = unchecked((int)0xC0000044);
    internal const int InsufficientResources = unchecked((int)0xC000009A);
    internal const int Cancelled = unchecked((int)0xC0000120);
}
