using Avalonia;
using Avalonia.Controls.Platform;
using Avalonia.Threading;

/// <summary>
/// Avalonia's dispatcher on the calling thread, without a window, so that the sample runs where there is no display. An application has
/// <c>AppBuilder</c> instead, and the rest is the same.
/// </summary>
internal static class UserInterface
{
    /// <summary>Runs the dispatcher until a task of the user interface's has ended.</summary>
    internal static int Run(Func<Task<int>> work)
    {
        AvaloniaLocator.CurrentMutable.Bind<IDispatcherImpl>().ToConstant(new ManagedDispatcherImpl(null));
        using var ended = new CancellationTokenSource();
        Task<int>? running = null;
        Dispatcher.UIThread.Post(() =>
        {
            running = work();
            running.ContinueWith(_ => ended.Cancel(), TaskScheduler.Default);
        });
        Dispatcher.UIThread.MainLoop(ended.Token);
        return running!.GetAwaiter().GetResult();
    }
}
