using System.Windows.Threading;
using Avalonia.Threading;
using IOLoops;
using IOLoops.VsThreading;
using Microsoft.VisualStudio.Threading;
using Dispatcher = System.Windows.Threading.Dispatcher;
using DispatcherPriority = System.Windows.Threading.DispatcherPriority;

namespace Embedding;

public static class OneLineEach
{
    public static IReadOnlyList<IOLoop> Attach(JoinableTaskContext context, JoinableTaskFactory factory, Dispatcher dispatcher)
    {
        // On the UI thread.
        var messages = WindowsMessageIOLoop.Attach();                                // WinForms, Win32, WPF
        var winForms = JoinableTaskIOLoop.Attach(context.Factory);                   // WinForms with joinable tasks
        var overridden = JoinableTaskIOLoop.Attach(factory.WithWindowsMessages());   // the same, with a factory that has overrides
        var wpf = SynchronizationContextIOLoop.Attach(new DispatcherSynchronizationContext(dispatcher, DispatcherPriority.Background));
        var wpfJoinable = JoinableTaskIOLoop.Attach(context.Factory.WithPriority(dispatcher, DispatcherPriority.Background));
        var avalonia = SynchronizationContextIOLoop.Attach(new AvaloniaSynchronizationContext(Avalonia.Threading.DispatcherPriority.Background));
        return [messages, winForms, overridden, wpf, wpfJoinable, avalonia];
    }
}
