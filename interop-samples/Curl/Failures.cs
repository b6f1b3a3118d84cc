using IOLoops;

/// <summary>What happens to a transfer when code that libcurl calls fails. On the loop's thread.</summary>
internal static class Failures
{
    /// <summary>A receiver throws: its transfer ends with that exception, and others are not affected.</summary>
    internal static async Task<bool> OfReceiverAsync(CurlMulti multi, string url)
    {
        using var failing = new Download(url);
        using var other = new Download(url);
        failing.Received += _ => throw new FormatException("not this format");
        var failed = failing.RunAsync(multi);
        return await other.RunAsync(multi) == 0 && await ExceptionOfAsync(failed) is FormatException;
    }

    /// <summary>The program waits for a socket of libcurl's itself: the transfer fails.</summary>
    internal static async Task<bool> OfWatchAsync(IOLoop loop, string url)
    {
        int watched = -1;
        Task? wait = null;
        Exception? failure;
        using (var download = new Download(url))
        using (var multi = new CurlMulti(loop))
        {
            download.Opened += socket => wait = WaitAsync(loop, watched = socket);
            failure = await ExceptionOfAsync(download.RunAsync(multi));
        }
        loop.RemoveHandler(watched); // libcurl has closed the socket
        return failure is InvalidOperationException && await ExceptionOfAsync(wait!) is OperationCanceledException;
    }

    private static async Task WaitAsync(IOLoop loop, int socket) => await loop.WaitAsync(socket, IOEvents.Read);

    private static async Task<Exception?> ExceptionOfAsync(Task task)
    {
        try
        {
            await task;
            return null;
        }
        catch (Exception exception)
        {
            return exception;
        }
    }
}
