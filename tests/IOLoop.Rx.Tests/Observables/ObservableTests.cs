using System.Reactive.Linq;
using IOLoops.Conformance;

namespace IOLoops.Rx.Tests;

/// <summary>Descriptors as observables.</summary>
public abstract partial class ObservableTests : LoopHarness
{
    private protected ObservableTests(PollerKind poller)
        : base(new OverPoller(poller))
    {
    }

    /// <summary>Whether a descriptor has no handler, found out by adding one.</summary>
    private bool IsFree(int fd)
    {
        try
        {
            Loop.AddHandler(fd, (_, _) => { }, IOEvents.None);
        }
        catch (InvalidOperationException)
        {
            return false;
        }
        Loop.RemoveHandler(fd);
        return true;
    }

    /// <summary>Reads until the end, which stops the loop; returns what came, in pieces.</summary>
    private List<byte[]> ReadToEnd(FileDescriptor fd, int bufferSize = 4096)
    {
        var pieces = new List<byte[]>();
        using var subscription = Loop.ObserveReads(fd, bufferSize).Subscribe(bytes => pieces.Add(bytes.ToArray()), Loop.Stop);
        Run("the end of a file");
        return pieces;
    }

    /// <summary>Reads until a failure, which stops the loop; returns it.</summary>
    private Exception ReadToFailure(FileDescriptor fd, int bufferSize = 4096)
    {
        Exception? failure = null;
        using var subscription = Loop.ObserveReads(fd, bufferSize).Finally(Loop.Stop).Subscribe(_ => { }, error => failure = error);
        Run("a failure");
        return failure ?? throw new InvalidOperationException("It did not fail.");
    }
}
