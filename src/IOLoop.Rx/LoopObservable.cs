using System.Reactive.Linq;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace IOLoops.Rx;

/// <summary>Descriptors and signals as observables, and Rx on a loop.</summary>
/// <remarks>
/// <para>
/// The observables are cold: each subscription registers with the loop, and disposing of it, on any thread, ends the
/// registration. Notifications arrive on the loop's thread, one at a time. An observer that throws is
/// reported to <see cref="IOLoop.HandleCallbackException"/> and loses its subscription; the loop continues.
/// </para>
/// <para>
/// A subscription made on the loop's thread is registered when <c>Subscribe</c> returns; one made elsewhere, or while the
/// loop does not run, in the loop's next turn. Nothing is notified when the loop is closed.
/// </para>
/// </remarks>
public static class LoopObservable
{
    private static readonly ConditionalWeakTable<IOLoop, IOLoopScheduler> Schedulers = [];

    /// <summary>Rx's way to schedule on this loop: always the same instance for one loop. Any thread.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="loop"/> is null.</exception>
    public static IOLoopScheduler AsScheduler(this IOLoop loop)
    {
        ArgumentNullException.ThrowIfNull(loop);
        return Schedulers.GetValue(loop, static loop => new IOLoopScheduler(loop));
    }

    /// <summary>What a descriptor is ready for, whenever it is ready, once per turn of the loop.</summary>
    /// <remarks>
    /// <para>
    /// Level-triggered: what the observer does not read, write or accept is reported again in the next turn, and a hang-up
    /// until the subscription is disposed of. Never completes; fails when the loop refuses the descriptor, with what
    /// <see cref="IOLoop.AddHandler(FileDescriptor, IOHandler, IOEvents)"/> throws. One subscription at a time can have a
    /// descriptor, because a loop keeps one handler for each.
    /// </para>
    /// <para>
    /// Dispose of the subscription before the descriptor is closed. After disposing of it on another thread, an
    /// <see cref="IOLoop.RemoveHandlerAsync"/> of the descriptor ends when no notification runs and none can begin; then it
    /// may be closed.
    /// </para>
    /// </remarks>
    /// <param name="loop">Where to notify.</param>
    /// <param name="fd">A number, or an object with a descriptor.</param>
    /// <param name="events">What to wait for; <see cref="IOEvents.Error"/> is always reported.</param>
    /// <exception cref="ArgumentNullException"><paramref name="loop"/> is null.</exception>
    public static IObservable<IOEvents> ObserveEvents(this IOLoop loop, FileDescriptor fd, IOEvents events)
    {
        ArgumentNullException.ThrowIfNull(loop);
        return Observable.Create<IOEvents>(observer => new EventSubscription(loop, fd, events, observer).Begin());
    }

    /// <summary>What can be read from a descriptor: of a pipe, a socket, a terminal, inotify, an eventfd, a file.</summary>
    /// <remarks>
    /// <para>
    /// One read per turn in which the descriptor is ready. The descriptor's flags are left as they are, non-blocking
    /// or not: a read does not block, even when someone else has read the data first. (Of a terminal or inotify that
    /// another thread or process reads, too, make it non-blocking where the kernel cannot be asked not to wait:
    /// see <see cref="Sources.DescriptorIO"/>. A regular file is always ready, and a read of it waits for its disk: a
    /// <see cref="Sources.LoopStream"/> does that on another thread.) Each notification owns its memory, which holds the bytes of one
    /// read: an eventfd's eight, one datagram, some inotify events.
    /// </para>
    /// <para>
    /// Completes at the end of the file, and when the other side of a terminal has gone (EIO). Fails with an
    /// <see cref="IOException"/> that names the descriptor and errno when a read fails, and with what
    /// <see cref="IOLoop.AddHandler(FileDescriptor, IOHandler, IOEvents)"/> throws. Before either is notified, the loop has
    /// forgotten the descriptor, which may be closed then. It is never closed here. For closing it after disposing of the
    /// subscription see <see cref="ObserveEvents"/>.
    /// </para>
    /// <para>On Windows: sockets alone; what is none fails with a <see cref="NotSupportedException"/>. A read of a
    /// blocking socket may block there when someone else has read the data first: make it non-blocking, or its only reader.</para>
    /// </remarks>
    /// <param name="loop">Where to read and to notify.</param>
    /// <param name="fd">A number, or an object with a descriptor.</param>
    /// <param name="bufferSize">
    /// How many bytes to read at most. The kernel cuts off what a datagram has more, and refuses (EINVAL) less than 8
    /// for an eventfd and less than an event for inotify.
    /// </param>
    /// <exception cref="ArgumentNullException"><paramref name="loop"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bufferSize"/> is not positive.</exception>
    /// <example>
    /// <code>
    /// var subscription = loop.ObserveReads(socket)
    ///     .Subscribe(
    ///         bytes => Console.WriteLine($"{bytes.Length} bytes"),                  // each notification owns its memory
    ///         error => Console.Error.WriteLine(error.Message),
    ///         () => Console.WriteLine("the end"));
    /// </code>
    /// </example>
    public static IObservable<ReadOnlyMemory<byte>> ObserveReads(this IOLoop loop, FileDescriptor fd, int bufferSize = 4096)
    {
        ArgumentNullException.ThrowIfNull(loop);
        ArgumentOutOfRangeException.ThrowIfLessThan(bufferSize, 1);
        return Observable.Create<ReadOnlyMemory<byte>>(observer => new ReadSubscription(loop, fd, bufferSize, observer).Begin());
    }

    /// <summary>A signal of the operating system, each time that it arrives.</summary>
    /// <remarks>
    /// <para>
    /// While it is observed, the signal does not have its default effect: SIGINT and SIGTERM do not end the process, SIGTSTP
    /// does not stop it. It has it again when the last subscription is disposed of, and when the loop is closed. A subscription
    /// is a handler like any other: see <see cref="IOLoop.AddSignalHandler"/>.
    /// </para>
    /// <para>
    /// Never completes; fails with what <see cref="IOLoop.AddSignalHandler"/> throws for a signal that this
    /// platform does not have or does not allow to be handled. Unlike a descriptor, a signal is observed as soon as <c>Subscribe</c>
    /// returns, on whichever thread.
    /// </para>
    /// </remarks>
    /// <param name="loop">Where to notify.</param>
    /// <param name="signal">A name, or a raw number of this platform.</param>
    /// <exception cref="ArgumentNullException"><paramref name="loop"/> is null.</exception>
    public static IObservable<PosixSignal> ObserveSignal(this IOLoop loop, PosixSignal signal)
    {
        ArgumentNullException.ThrowIfNull(loop);
        return Observable.Create<PosixSignal>(observer => loop.AddSignalHandler(signal, _ => observer.OnNext(signal)));
    }

    /// <summary>Passes a source's notifications on to observers on the loop's thread, in order, whichever threads they come from.</summary>
    /// <remarks>
    /// <para>
    /// Notifications are queued, and delivered up to 128 per turn of the loop, so that a burst of them starves neither descriptors
    /// nor timeouts. What an observer produces itself is delivered in the next turn. The end of the source comes behind all that was
    /// queued. After <see cref="IOLoop.Stop"/> the notifications of the turn that is under way are still delivered.
    /// </para>
    /// <para>
    /// Each notification runs in the <see cref="ExecutionContext"/> of the call that subscribed. Disposing of the subscription, on
    /// any thread, drops what is queued. So does closing the loop, which reports a subscription that was not served as one
    /// callback that never ran; later notifications end the subscription to the source silently.
    /// </para>
    /// </remarks>
    /// <exception cref="ArgumentNullException"><paramref name="source"/> or <paramref name="loop"/> is null.</exception>
    /// <example>
    /// <code>
    /// var subscription = prices.ObserveOn(loop).Subscribe(show);   // prices: of any thread
    /// </code>
    /// </example>
    public static IObservable<T> ObserveOn<T>(this IObservable<T> source, IOLoop loop)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(loop);
        return new ObservedOnLoop<T>(source, loop);
    }

    /// <summary>Subscribes to a source, and ends the subscription, on the loop's thread.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="source"/> or <paramref name="loop"/> is null.</exception>
    public static IObservable<T> SubscribeOn<T>(this IObservable<T> source, IOLoop loop)
    {
        ArgumentNullException.ThrowIfNull(source);
        return Observable.SubscribeOn(source, loop.AsScheduler());
    }
}
