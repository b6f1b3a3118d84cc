using System.IO.Pipes;
using IOLoops.Sources;

namespace IOLoops.DocsExamples;

public sealed class HostedProgram(Action quit)
{
    private SynchronizationContextIOLoop _loop = null!;
    private LoopStream _commands = null!;

    // On the UI thread, when the first window opens.
    public async Task OnStartAsync(PipeStream commands)
    {
        _loop = SynchronizationContextIOLoop.Attach(SynchronizationContext.Current!);
        _loop.CallbackException += (_, failure) => Console.WriteLine($"a handler failed: {failure.Exception.Message}");
        _commands = LoopStream.From(_loop, commands);
        await foreach (string command in _commands.ReadLinesAsync())
            Show(command);                     // on the UI thread
        await OnCloseAsync();
    }

    // On the UI thread, when the last window closes.
    private async Task OnCloseAsync()
    {
        await _commands.DisposeAsync();        // ends what uses the loop
        await _loop.DisposeAsync();            // stops it, waits until its last turn has returned, and closes it
        quit();                                // after that nothing posts to the UI thread
    }

    private static void Show(string command) => Console.WriteLine($"the window shows: {command}");
}
