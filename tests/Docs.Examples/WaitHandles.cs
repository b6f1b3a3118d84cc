using System.Diagnostics;

namespace IOLoops.DocsExamples;

/// <summary>On Windows.</summary>
public static class WaitHandles
{
    public static async Task WaitAsync(IOLoop loop, CancellationToken cancellationToken)
    {
        using var ready = new AutoResetEvent(false);
        using var handler = loop.AddWaitHandler(ready.SafeWaitHandle, () => Console.WriteLine("set"));   // once for each signal

        using var process = Process.Start("notepad")!;
        await loop.WaitHandleAsync(process.SafeHandle, cancellationToken);                               // one signal
    }
}
