using System.Net.Sockets;
using System.Windows;
using System.Windows.Controls;
using System.Windows.Threading;
using IOLoops;
using IOLoops.VsThreading;
using Microsoft.VisualStudio.Threading;

namespace Embedding;

public class WpfWindow : Window
{
    // On the UI thread, inside the dispatcher: its SynchronizationContext is current. One context per application.
    private readonly JoinableTaskContext _context = new();
    private readonly JoinableTaskIOLoop _loop;
    private readonly TextBlock _status = new();

    public WpfWindow(Socket socket)
    {
        Content = _status;
        // At background priority, so that a busy loop keeps neither input nor painting waiting.
        _loop = JoinableTaskIOLoop.Attach(_context.Factory.WithPriority(Dispatcher, DispatcherPriority.Background));
        _loop.AddHandler(socket, (_, events) => _status.Text = $"{events}, {socket.Available} bytes", IOEvents.Read);
        Closed += (_, _) =>
        {
            _loop.Stop();
            _loop.Close();
        };
    }
}
