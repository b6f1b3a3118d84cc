using Avalonia;
using Avalonia.Controls.Platform;
using Avalonia.Threading;
using IOLoops.Conformance;

namespace IOLoops.AvaloniaTests;

/// <summary>
/// Avalonia's UI thread, which runs its dispatcher without a window. A process has one dispatcher, so all tests share it, one after
/// the other.
/// </summary>
internal static class UiThread
{
    private static readonly TaskCompletionSource s_ready = new();
    private static readonly Thread s_thread = Start();

    internal static Thread Thread => s_thread;

    /// <summary>Waits until the dispatcher runs. For any thread.</summary>
    internal static void EnsureRuns() => Bounded.Await(s_ready.Task, "Avalonia's dispatcher");

    /// <summary>Runs an action on the UI thread, and throws what it throws. For other threads.</summary>
    internal static void Run(Action action)
    {
        EnsureRuns();
        var done = Dispatcher.UIThread.InvokeAsync(action).GetTask();
        Bounded.Await(done, "the UI thread's own work");
        done.GetAwaiter().GetResult();
    }

    private static Thread Start()
    {
        var thread = new Thread(Serve) { IsBackground = true, Name = "Avalonia UI" };
        thread.UnsafeStart();
        return thread;
    }

    private static void Serve()
    {
        AvaloniaLocator.CurrentMutable.Bind<IDispatcherImpl>().ToConstant(new ManagedDispatcherImpl(null));
        Dispatcher.UIThread.Post(s_ready.SetResult, DispatcherPriority.Background);
        Dispatcher.UIThread.MainLoop(CancellationToken.None);
    }
}
