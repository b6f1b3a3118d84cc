namespace IOLoops;

/// <summary>
/// Called on the loop's thread when <paramref name="fd"/> is ready. The handler is not called again before the returned task
/// has ended. A failed task goes to
/// <see cref="IOLoop.HandleCallbackException"/>.
/// </summary>
/// <param name="fd">The descriptor as it was given to <see cref="IOLoop.AddHandler(FileDescriptor, AsyncIOHandler, IOEvents)"/>, its object included.</param>
/// <param name="events">What it is ready for: bits that were asked for, and <see cref="IOEvents.Error"/>.</param>
/// <returns>A task that ends when the descriptor may be reported again.</returns>
public delegate Task AsyncIOHandler(FileDescriptor fd, IOEvents events);
