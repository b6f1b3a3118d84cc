namespace IOLoops.Foreign;

/// <summary>A wait for readiness on a loop written elsewhere: a handler that removes itself.</summary>
internal static class OneShotWait
{
    internal static ValueTask<IOEvents> Begin(IOLoop loop, FileDescriptor fd, IOEvents events, CancellationToken cancellationToken)
    {
        var source = new TaskCompletionSource<IOEvents>(TaskCreationOptions.RunContinuationsAsynchronously);
        loop.AddHandler(
            fd,
            (IOHandler)((_, ready) =>
            {
                loop.RemoveHandler(fd);
                source.TrySetResult(ready);
            }),
            events);
        if (cancellationToken.CanBeCanceled)
        {
            var registration = cancellationToken.UnsafeRegister(_ => loop.TryAddCallback(() =>
            {
                if (source.TrySetCanceled(cancellationToken))
                    loop.RemoveHandler(fd);
            }), null);
            _ = source.Task.ContinueWith(_ => registration.Dispose(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
        return new ValueTask<IOEvents>(source.Task);
    }
}
