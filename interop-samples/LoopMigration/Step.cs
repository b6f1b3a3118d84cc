using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace IOLoops.Samples;

/// <summary>One way to run the service.</summary>
/// <param name="Number">On the way from Rx to the native loop.</param>
/// <param name="Title">What runs the thread.</param>
/// <param name="Run">Runs a station with clients that come to a listener and a scale at the end of a pipe, until it has ended.</param>
internal sealed record Step(int Number, string Title, Action<Station, Socket, SafePipeHandle> Run)
{
    /// <summary>Whether a loop waits for the clients and the scale, and not threads.</summary>
    internal bool HasLoop => Number > 1;
}
