using System.IO.Pipes;
using System.Runtime.Versioning;
using System.Security.Principal;

namespace IOLoops.Sources.Processes;

/// <summary>Pipes of Windows whose first end is used without blocking, and can be cancelled: an anonymous pipe cannot.</summary>
[SupportedOSPlatform("windows")]
internal static class OverlappedPipes
{
    private const int Room = 64 * 1024;

    /// <param name="direction">Of the first end.</param>
    /// <param name="optionsOfOther">Of the other end: a child's standard stream must block.</param>
    /// <exception cref="IOException">No handles are left.</exception>
    internal static (PipeStream One, PipeStream Other) Create(PipeDirection direction, PipeOptions optionsOfOther)
    {
        string name = $"IOLoop.{Environment.ProcessId}.{Guid.NewGuid():N}"; // such a pipe has a name, which other programs must not guess
        var one = new NamedPipeServerStream(
            name, direction, 1, PipeTransmissionMode.Byte, PipeOptions.Asynchronous | PipeOptions.CurrentUserOnly | PipeOptions.FirstPipeInstance, Room, Room);
        NamedPipeClientStream? other = null;
        try
        {
            var opposite = direction == PipeDirection.In ? PipeDirection.Out : PipeDirection.In;
            other = new NamedPipeClientStream(".", name, opposite, optionsOfOther, TokenImpersonationLevel.None, HandleInheritability.None);
            other.Connect(0);
            one.WaitForConnection(); // which is there
            return (one, other);
        }
        catch
        {
            other?.Dispose();
            one.Dispose();
            throw;
        }
    }
}
