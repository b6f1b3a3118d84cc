using System.Net.Sockets;
using Avalonia;
using Avalonia.Controls;
using Avalonia.Controls.ApplicationLifetimes;
using IOLoops;
using IOLoops.VsThreading;
using Microsoft.VisualStudio.Threading;

namespace Embedding;

public class AvaloniaApp(Socket socket) : Application
{
    public override void OnFrameworkInitializationCompleted()
    {
        // On the UI thread; Avalonia has made its SynchronizationContext current.
        var context = new JoinableTaskContext();
        var loop = JoinableTaskIOLoop.Attach(context.Factory);
        var status = new TextBlock();
        loop.AddHandler(socket, (_, events) => status.Text = $"{events}, {socket.Available} bytes", IOEvents.Read);
        if (ApplicationLifetime is IClassicDesktopStyleApplicationLifetime desktop)
        {
            desktop.MainWindow = new Window { Content = status };
            desktop.Exit += (_, _) =>
            {
                loop.Stop();
                loop.Close();
            };
        }
        base.OnFrameworkInitializationCompleted();
    }
}
