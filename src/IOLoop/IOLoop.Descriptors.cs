using System.Net.Sockets;
using System.Runtime.InteropServices;
using IOLoops.Foreign;
using IOLoops.Interop;

namespace IOLoops;

public abstract partial class IOLoop
{
    /// <summary>
    /// Calls <paramref name="handler"/> on the loop whenever <paramref name="fd"/> is ready for one of
    /// <paramref name="events"/>, once per turn with all that it is ready for, until it is removed.
    /// <see cref="IOEvents.Error"/> is always reported, requested or not.
    /// </summary>
    /// <param name="fd">A number, or an object with a descriptor. A <see cref="SafeHandle"/> stays open until it is removed.</param>
    /// <param name="handler">Runs in the <see cref="ExecutionContext"/> of this call.</param>
    /// <param name="events">What to wait for. <see cref="IOEvents.None"/>: errors and hang-ups only.</param>
    /// <exception cref="InvalidOperationException">The descriptor has a handler already, which is kept. Or the loop runs on
    /// another thread: use <see cref="AddCallback(Action)"/>.</exception>
    /// <exception cref="IOException">The kernel refused the descriptor. The message names it and the reason. Nothing is registered.</exception>
    /// <exception cref="ArgumentException"><paramref name="events"/> has a bit that is not of <see cref="IOEvents"/>.</exception>
    /// <exception cref="ObjectDisposedException">The loop, or the object given, is closed.</exception>
    /// <example>
    /// Receives until the other side closes:
    /// <code>
    /// loop.AddHandler(socket, (fd, events) =>
    /// {
    ///     int count = socket.Receive(buffer);       // the socket is ready, so this does not wait
    ///     if (count > 0)
    ///     {
    ///         show(count);                          // what is left unread is reported in the next turn
    ///         return;
    ///     }
    ///     loop.RemoveHandler(socket);               // the other side has closed: remove first, then close
    ///     socket.Dispose();
    /// }, IOEvents.Read);
    /// </code>
    /// </example>
    public abstract void AddHandler(FileDescriptor fd, IOHandler handler, IOEvents events);

    /// <summary>
    /// The same for a handler that returns a task. The handler is not called again before that task has ended.
    /// </summary>
    /// <inheritdoc cref="AddHandler(FileDescriptor, IOHandler, IOEvents)"/>
    /// <example>
    /// Writes what arrives to a file, one piece after another:
    /// <code>
    /// loop.AddHandler(socket, async (fd, events) =>
    /// {
    ///     int count = socket.Receive(buffer);
    ///     await file.WriteAsync(buffer.AsMemory(0, count));   // resumes on the loop; the socket is not reported meanwhile
    /// }, IOEvents.Read);
    /// </code>
    /// </example>
    public void AddHandler(FileDescriptor fd, AsyncIOHandler handler, IOEvents events)
    {
        ArgumentNullException.ThrowIfNull(handler);
        if (Core is { } core)
        {
            core.Registrar.AddHandler(Split(fd), handler, events);
            return;
        }
        VerifyLoopThread();
        AddHandler(fd, new AsyncHandlerAdapter(this, handler, events).OnReady, events);
    }

    /// <summary>
    /// Changes which events <paramref name="fd"/> is waited for, effective at once, also if the kernel has reported the
    /// descriptor already and its handler has not run yet. If the number was closed and opened again, the new descriptor is
    /// registered with the same handler.
    /// </summary>
    /// <exception cref="InvalidOperationException">The descriptor has no handler, or the loop runs on another thread.</exception>
    /// <exception cref="IOException">The kernel refused the descriptor, for example because it is closed.</exception>
    /// <exception cref="ArgumentException"><paramref name="events"/> has a bit that is not of <see cref="IOEvents"/>.</exception>
    /// <example>
    /// Asks for <see cref="IOEvents.Write"/> only while something is left to send:
    /// <code>
    /// loop.AddHandler(socket, (fd, events) =>
    /// {
    ///     if (events.IsWritable() &amp;&amp; !pending.IsEmpty)
    ///         pending = pending[socket.Send(pending.Span)..];
    ///     if (pending.IsEmpty)
    ///         loop.UpdateHandler(socket, IOEvents.Read);      // else it is called in every turn: a socket is nearly always writable
    /// }, IOEvents.Read | IOEvents.Write);
    /// </code>
    /// </example>
    public abstract void UpdateHandler(FileDescriptor fd, IOEvents events);

    /// <summary>
    /// Removes a descriptor's handler, effective at once: it is not called again, whatever the kernel has reported.
    /// Does nothing for unknown and closed descriptors. Waits of <see cref="WaitAsync"/> on the descriptor are cancelled.
    /// </summary>
    /// <exception cref="InvalidOperationException">The loop runs on another thread. Use <see cref="RemoveHandlerAsync"/>.</exception>
    public abstract void RemoveHandler(FileDescriptor fd);

    /// <summary>
    /// Removes a descriptor's handler from any thread. The task ends when no call of the handler runs and none can
    /// start: then the descriptor may be closed and the handler's data freed. If called inside the handler, synchronous or
    /// asynchronous, it does not wait for that very call.
    /// </summary>
    /// <example>
    /// <code>
    /// await loop.RemoveHandlerAsync(socket);   // on any thread: then no call of the handler runs, and none can start
    /// socket.Dispose();
    /// </code>
    /// </example>
    public ValueTask RemoveHandlerAsync(FileDescriptor fd)
    {
        if (Core is { } core)
            return core.Registrar.RemoveHandlerAsync(Split(fd));
        return new ValueTask(InvokeAsync(() => RemoveHandler(fd)));
    }

    /// <summary>
    /// Waits once until <paramref name="fd"/> is ready for one of <paramref name="events"/>. A reader and a writer may
    /// wait for one descriptor at the same time.
    /// </summary>
    /// <returns>What it is ready for. Code that awaits it resumes on the loop, unless it uses ConfigureAwait(false). Await it once.</returns>
    /// <exception cref="InvalidOperationException">The descriptor has a handler, or the loop runs on another thread.</exception>
    /// <exception cref="IOException">The kernel refused the descriptor.</exception>
    /// <exception cref="OperationCanceledException">(From the task.) The token was cancelled, or <see cref="RemoveHandler"/> was called.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed; from the task, when it is closed meanwhile.</exception>
    /// <example>
    /// From any thread:
    /// <code>
    /// await loop.SwitchTo();
    /// IOEvents events = await loop.WaitAsync(socket, IOEvents.Read, cancellationToken);
    /// return events.HasError() ? 0 : socket.Receive(buffer);
    /// </code>
    /// </example>
    public ValueTask<IOEvents> WaitAsync(FileDescriptor fd, IOEvents events, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<IOEvents>(cancellationToken);
        if (Core is { } core)
            return core.Registrar.WaitAsync(Split(fd), events, cancellationToken);
        VerifyLoopThread();
        return OneShotWait.Begin(this, fd, events, cancellationToken);
    }

    /// <summary>
    /// Returns the number and the object of a descriptor. Loops call it before they register one. Override it to map other
    /// objects.
    /// </summary>
    public virtual (nint Number, object? Object) SplitFd(FileDescriptor fd) => (fd.Number, fd.Object);

    /// <summary>
    /// Closes a descriptor: its object if it has one, else the number. Does not throw if it is closed already.
    /// Called by <see cref="Close"/> when it closes all descriptors.
    /// </summary>
    public virtual void CloseFd(FileDescriptor fd)
    {
        switch (fd.Object)
        {
            case Socket socket:
                socket.Dispose();
                break;
            case SafeHandle handle:
                handle.Dispose();
                break;
            case IFileObject file:
                file.Close();
                break;
            case null:
                NativeFile.Close(fd.Number);
                break;
            default:
                throw new NotSupportedException($"Cannot close {fd}: its object is of an unknown type. Override CloseFd together with SplitFd.");
        }
    }

    private protected FileDescriptor Split(FileDescriptor fd)
    {
        var (number, file) = SplitFd(fd);
        return new FileDescriptor(number, file);
    }
}
