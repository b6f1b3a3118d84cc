using System.Net.Sockets;
using IOLoops;
using IOLoops.VsThreading;
using Microsoft.VisualStudio.Threading;

namespace Embedding;

public sealed class MyPackage(Socket socket, IOHandler onReadable) : AsyncPackage
{
    private JoinableTaskIOLoop? _loop;

    protected override async Task InitializeAsync(CancellationToken cancellationToken, IProgress<ServiceProgressData> progress)
    {
        await JoinableTaskFactory.SwitchToMainThreadAsync(cancellationToken);
        _loop = JoinableTaskIOLoop.Attach(JoinableTaskFactory);
        _loop.AddHandler(socket, onReadable, IOEvents.Read);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _loop?.Stop();  // on the main thread: the loop's joinable task ends here
            _loop?.Close();
        }
        base.Dispose(disposing); // waits until all joinable tasks of the package have ended
    }
}
