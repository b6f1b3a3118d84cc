using System.Diagnostics;

namespace IOLoops.WindowsUi;

/// <summary>Whether handlers run while a modal dialog is shown.</summary>
internal static class DialogChecks
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongEnough = TimeSpan.FromMilliseconds(500); // for a handler that does not run inside

    internal static async Task RunAsync(IUserInterface ui, LoopKind kind)
    {
        await RunAsync(ui, kind, byHandler: false);
        await RunAsync(ui, kind, byHandler: true);
    }

    private static async Task RunAsync(IUserInterface ui, LoopKind kind, bool byHandler)
    {
        var loop = await kind.BeginAsync(new HostedIOLoopOptions());
        using SocketPair opening = new(), other = new();
        bool isOpen = false;
        int inside = 0, calls = 0;
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        loop.AddHandler(other.Reader, (_, _) =>
        {
            other.Drain();
            calls++;
            if (isOpen)
                inside++;
        }, IOEvents.Read);
        void Show()
        {
            isOpen = true;
            var opened = new Stopwatch();
            void Shown()
            {
                opened.Start();
                other.Send();
            }
            ui.ShowDialog(Shown, () => inside > 0 || opened.Elapsed > LongEnough);
            isOpen = false;
            closed.SetResult();
        }
        loop.AddHandler(opening.Reader, (_, _) =>
        {
            opening.Drain();
            Show();
        }, IOEvents.Read);
        if (byHandler)
            opening.Send();
        else
            ui.Post(Show);
        await closed.Task.WaitAsync(Patience);
        var waited = Stopwatch.StartNew();
        while (calls == 0 && waited.Elapsed < Patience)
            await Task.Delay(10);
        bool expected = !byHandler || kind.Nests;
        Checks.That(
            inside > 0 == expected && calls == 1,
            $"{kind}: handlers {(expected ? "run" : "wait")} while a dialog is shown by {(byHandler ? "a handler" : "the window")}",
            $"{inside} inside, {calls} in all");
        loop.RemoveHandler(opening.Reader);
        loop.RemoveHandler(other.Reader);
        loop.Stop();
        loop.Close();
    }
}
