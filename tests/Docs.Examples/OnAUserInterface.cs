using System.Net.Sockets;

namespace IOLoops.DocsExamples;

/// <summary>On a UI thread.</summary>
public sealed class OnAUserInterface(Action showWhatCame, Action refresh)
{
    private readonly TaskCompletionSource _refreshed = new();

    public async Task ShowAsync(Socket socket)
    {
        var loop = SynchronizationContextIOLoop.Attach(SynchronizationContext.Current!);   // on a UI thread
        loop.AddHandler(socket, (fd, events) => ShowWhatCame(), IOEvents.Read);             // called on the UI thread
        loop.CallLater(TimeSpan.FromSeconds(1), Refresh);
        await _refreshed.Task;
        await loop.DisposeAsync();
    }

    public static void Begin(UserInterface status, Socket pty)
    {
        // On the UI thread.
        var loop = SynchronizationContextIOLoop.Attach(SynchronizationContext.Current!);
        loop.AddHandler(pty, (fd, events) => ShowOutput(pty), IOEvents.Read);   // called on the UI thread
        loop.CallLater(TimeSpan.FromSeconds(5), () => status.Text = "still running");

        // Later, when the window closes, also on the UI thread: between turns, Stop ends the run at once.
        loop.Stop();
        loop.Close();
    }

    private void ShowWhatCame() => showWhatCame();

    private void Refresh()
    {
        refresh();
        _refreshed.SetResult();
    }

    private static void ShowOutput(Socket socket) => socket.Receive(new byte[100]);
}
