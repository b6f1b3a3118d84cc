using IOLoops.VsThreading;
using Microsoft.VisualStudio.Threading;

namespace IOLoops.WindowsUi;

/// <summary>Blocking the UI thread: RunSync, and JoinableTaskFactory.Run with and without Join.</summary>
internal static class BlockingChecks
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    internal static async Task RunSyncAsync(LoopKind kind)
    {
        var loop = await kind.BeginAsync(new HostedIOLoopOptions());
        string outcome;
        try
        {
            outcome = loop.RunSync(async () =>
            {
                await Task.Delay(20);
                return "ran";
            }, Patience);
        }
        catch (InvalidOperationException exception)
        {
            outcome = exception.Message;
        }
        Checks.That(outcome == "ran" == kind.IsPumpable, $"{kind}: RunSync on the UI thread {(kind.IsPumpable ? "runs the function" : "is refused")}", outcome);
        loop.Stop();
        loop.Close();
    }

    internal static async Task JoinAsync(LoopKind kind, JoinableTaskContext context)
    {
        var loop = (JoinableTaskIOLoop)await kind.BeginAsync(new HostedIOLoopOptions());
        foreach (bool joins in new[] { true, false })
        {
            using var pair = new SocketPair();
            var called = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            bool isBlocked = true, ranInside = false;
            loop.AddHandler(pair.Reader, (_, _) =>
            {
                pair.Drain();
                ranInside = isBlocked;
                called.TrySetResult();
            }, IOEvents.Read);
            pair.Send();
            context.Factory.Run(async () =>
            {
                using (joins ? loop.Join() : default)
                    await Task.WhenAny(called.Task, Task.Delay(joins ? Patience : TimeSpan.FromMilliseconds(300)));
            });
            isBlocked = false;
            await Task.WhenAny(called.Task, Task.Delay(Patience));
            Checks.That(
                called.Task.IsCompleted && ranInside == joins,
                $"{kind}: {(joins ? "inside JTF.Run with Join a handler runs on the blocked thread" : "inside JTF.Run without Join handlers wait, and run afterwards")}");
            loop.RemoveHandler(pair.Reader);
        }
        loop.Stop();
        loop.Close();
    }
}
