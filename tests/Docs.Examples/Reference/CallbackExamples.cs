using System.Runtime.InteropServices;

namespace IOLoops.DocsExamples.Reference;

/// <summary>Callbacks, tasks and signals.</summary>
public static class CallbackExamples
{
    public static void FromAnotherThread(IOLoop loop, Func<int> compute, Action<int> show)
    {
        ThreadPool.QueueUserWorkItem(_ =>
        {
            int result = compute();                  // on the thread pool
            loop.AddCallback(() => show(result));    // on the loop's thread
        });
    }

    public static async Task<int> CountAsync(IOLoop loop, List<string> names)
    {
        // On any thread. The list belongs to the loop's thread.
        int count = await loop.InvokeAsync(() => names.Count);
        return count;
    }

    public static async Task ShowAsync(IOLoop loop, string path, Action<string> show)
    {
        string text = await File.ReadAllTextAsync(path).ConfigureAwait(false);   // resumes on the thread pool
        await loop.SwitchTo();
        show(text);                                                              // on the loop's thread
    }

    public static async Task ScheduleAsync(IOLoop loop, Action show)
    {
        await Task.Factory.StartNew(show, CancellationToken.None, TaskCreationOptions.None, loop.TaskScheduler);
    }

    public static void WhenItHasEnded(IOLoop loop, Task<string> download, Action<string> show)
    {
        loop.AddFuture(download, ended =>
        {
            if (ended.IsCompletedSuccessfully)
                show(ended.Result);                  // it has ended, so this does not wait
            else
                Console.Error.WriteLine(ended.Exception?.InnerException?.Message);
        });
    }

    public static IDisposable StopOnSignal(IOLoop loop)
    {
        var handler = loop.AddSignalHandler(PosixSignal.SIGTERM, _ => loop.Stop());
        return handler;
    }

    public static void HandleFailures(IOLoop loop)
    {
        loop.CallbackException += (_, failure) =>
        {
            Console.WriteLine($"{failure.Callback.Method.Name} failed: {failure.Exception.Message}");
            failure.Handled = true;                  // the loop does not log it
        };
    }
}
