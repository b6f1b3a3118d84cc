namespace IOLoops;

/// <summary>
/// Called on the loop's thread when <paramref name="fd"/> is ready. Level-triggered: what is left unread or unwritten
/// is reported again in the loop's next turn. An exception goes to <see cref="IOLoop.HandleCallbackException"/>.
/// </summary>
/// <param name="fd">The descriptor as it was given to <see cref="IOLoop.AddHandler(FileDescriptor, IOHandler, IOEvents)"/>, its object included.</param>
/// <param name="events">What it is ready for: bits that were asked for, and <see cref="IOEvents.Error"/>.</param>
public delegate void IOHandler(FileDescriptor fd, IOEvents events);
