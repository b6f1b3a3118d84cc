using IOLoops;

namespace Figures;

/// <summary>The loops that are measured.</summary>
internal static class Subjects
{
    /// <param name="isFew">The first alone.</param>
    internal static Subject[] Create(bool isFew)
    {
        var first = new NativeSubject("native, epoll, eventfd", PollerKind.Epoll, WakerKind.EventFd);
        return isFew ? [first] :
        [
            first,
            new NativeSubject("native, epoll, pipe", PollerKind.Epoll, WakerKind.Pipe),
            new NativeSubject("native, poll, pipe", PollerKind.Poll, WakerKind.Pipe),
        ];
    }
}
