using System.Runtime.CompilerServices;
using System.Text;
using IOLoops.Sources;

namespace IOLoops.Rx;

/// <summary>Streams, folders and child processes of <c>IOLoop.Sources</c> as observables, and observables written to a stream.</summary>
/// <remarks>
/// <para>
/// The observables are cold: each subscription begins in the loop's next turn, on whichever thread <c>Subscribe</c> was called.
/// Notifications arrive on the loop's thread, one at a time and up to 128 per turn, in the <see cref="ExecutionContext"/> of the call
/// that subscribed. An observer that throws is reported to <see cref="IOLoop.HandleCallbackException"/> and loses its subscription.
/// </para>
/// <para>
/// Disposing of a subscription on the loop's thread takes effect at once. On another thread, a notification that has begun by then still
/// runs. Another subscription may follow at once, another reader in the loop's next turn; it continues where the last notification
/// ended. Nothing is closed or disposed of here.
/// </para>
/// <para>
/// Nothing is notified when the loop is closed. A subscription to a loop that is closed already fails with an
/// <see cref="ObjectDisposedException"/>.
/// </para>
/// </remarks>
public static class SourceObservable
{
    /// <summary>The lines of a text, without their ends (LF or CRLF). A last line without an end counts.</summary>
    /// <remarks>
    /// Completes at the end of the stream. Fails with what <see cref="LoopStream.ReadLinesAsync"/> throws: an
    /// <see cref="IOException"/> with the errno; an <see cref="InvalidDataException"/> for a line that is longer than
    /// <paramref name="maxLength"/>; an <see cref="InvalidOperationException"/> when something else reads the
    /// stream: one subscription at a time. Reads ahead by up to 4 KiB, which are lost when the subscription ends before the stream.
    /// </remarks>
    /// <param name="stream">What to read.</param>
    /// <param name="encoding">UTF-8 when null. What it cannot decode becomes U+FFFD, unless it throws.</param>
    /// <param name="maxLength">How long a line may be, in characters and without its end, so that a text without line ends cannot take all
    /// memory. By default 1,048,576.</param>
    /// <exception cref="ArgumentNullException"><paramref name="stream"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxLength"/> is not positive.</exception>
    public static IObservable<string> ObserveLines(this LoopStream stream, Encoding? encoding = null, int maxLength = 1 << 20)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return new PulledSequence<string>(stream.Loop, stream.ReadLinesAsync(encoding, maxLength));
    }

    /// <summary>What can be read from a stream, as it arrives. Each notification owns its memory.</summary>
    /// <remarks>
    /// Completes at the end of the stream, which a read of no bytes is (of datagrams, some of which may be empty, use
    /// <see cref="LoopObservable.ObserveReads(IOLoop, FileDescriptor, int)"/>). Fails with what
    /// <see cref="LoopStream.ReadAsync(Memory{byte}, CancellationToken)"/> throws: an <see cref="IOException"/> with the errno, a
    /// <see cref="TimeoutException"/>, an <see cref="InvalidOperationException"/> when something else reads the stream: one
    /// subscription at a time.
    /// </remarks>
    /// <param name="stream">What to read.</param>
    /// <param name="bufferSize">How many bytes to read at most.</param>
    /// <exception cref="ArgumentNullException"><paramref name="stream"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bufferSize"/> is not positive.</exception>
    public static IObservable<ReadOnlyMemory<byte>> ObserveReads(this LoopStream stream, int bufferSize = 4096)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentOutOfRangeException.ThrowIfLessThan(bufferSize, 1);
        return new PulledSequence<ReadOnlyMemory<byte>>(stream.Loop, ReadsAsync(stream, bufferSize));
    }

    /// <summary>The changes in the folders that a watch has, from the oldest that was not taken.</summary>
    /// <remarks>
    /// Completes when the watch is disposed. Fails with what its enumeration throws: an <see cref="IOException"/> when a new subfolder
    /// cannot be watched, after which <c>Retry</c> continues without it; an <see cref="InvalidOperationException"/> when the watch has
    /// another consumer. A slow observer does not stop the watch: see <see cref="FolderChangeKind.Overflow"/>.
    /// </remarks>
    /// <exception cref="ArgumentNullException"><paramref name="watch"/> is null.</exception>
    public static IObservable<FolderChange> ObserveChanges(this FolderWatch watch)
    {
        ArgumentNullException.ThrowIfNull(watch);
        return new PulledSequence<FolderChange>(watch.Loop, watch);
    }

    /// <summary>How a child process has ended: one notification, also when that was before the subscription, and the completion.</summary>
    /// <remarks>Fails with what <see cref="ChildProcess.Exited"/> fails with. Any number of subscriptions.</remarks>
    /// <exception cref="ArgumentNullException"><paramref name="child"/> is null.</exception>
    public static IObservable<ExitStatus> ObserveExit(this ChildProcess child)
    {
        ArgumentNullException.ThrowIfNull(child);
        return new ExitSequence(child);
    }

    /// <summary>Writes what a source notifies, in order, and notifies after each write how many bytes the subscription has written so far.</summary>
    /// <remarks>
    /// <para>
    /// The source may notify on any thread. Notifications wait in a queue for the stream to take them, one write at a time, each as a
    /// whole: their memory must not change until then. When the queue is full, <paramref name="whenFull"/> decides.
    /// </para>
    /// <para>
    /// Completes when the source has completed and all is written, and fails with the source's error then, too. The stream is neither
    /// completed nor disposed. Fails at once with what <see cref="LoopStream.WriteAsync(ReadOnlyMemory{byte}, CancellationToken)"/>
    /// throws, for example an <see cref="IOException"/> with EPIPE, and with an <see cref="InvalidOperationException"/> for
    /// <see cref="WhenFull.Fail"/>. This, and disposing of the subscription, discards what is queued and cancels the write in progress,
    /// of which a part may have been taken. So does closing the loop, which also resumes a source that waits.
    /// </para>
    /// </remarks>
    /// <param name="source">What to write.</param>
    /// <param name="stream">Where to.</param>
    /// <param name="capacity">How many notifications wait at most, in addition to the one that is being written.</param>
    /// <param name="whenFull">What to do with one more.</param>
    /// <exception cref="ArgumentNullException"><paramref name="source"/> or <paramref name="stream"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="capacity"/> is not positive, or <paramref name="whenFull"/> is unknown.</exception>
    public static IObservable<long> WriteTo(
        this IObservable<ReadOnlyMemory<byte>> source, LoopStream stream, int capacity = 256, WhenFull whenFull = WhenFull.Fail)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        if (whenFull is < WhenFull.Fail or > WhenFull.Wait)
            throw new ArgumentOutOfRangeException(nameof(whenFull), whenFull, "Pass WhenFull.Fail, DropOldest or Wait.");
        return new WriteSequence(source, stream, capacity, whenFull);
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadsAsync(
        LoopStream stream, int bufferSize, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        byte[] buffer = GC.AllocateUninitializedArray<byte>(bufferSize);
        while (await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and int count)
            yield return buffer.AsSpan(0, count).ToArray();
    }
}
