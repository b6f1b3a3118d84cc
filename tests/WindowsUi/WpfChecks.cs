using System.Windows;
using System.Windows.Interop;
using System.Windows.Media;
using System.Windows.Threading;
using IOLoops.VsThreading;
using Microsoft.VisualStudio.Threading;

namespace IOLoops.WindowsUi;

/// <summary>Loops in a window of WPF.</summary>
internal static class WpfChecks
{
    internal static void Run(string[] only)
    {
        RenderOptions.ProcessRenderMode = RenderMode.SoftwareOnly;
        var application = new Application { ShutdownMode = ShutdownMode.OnMainWindowClose };
        application.Run(new WpfWindow(window => RunAsync(window, only)));
        Checks.That(true, "WPF: Application.Run returned");
    }

    private static async Task RunAsync(WpfWindow window, string[] only)
    {
        var context = new JoinableTaskContext();
        var dispatcher = window.Dispatcher;
        LoopKind[] kinds =
        [
            new("WindowsMessageIOLoop in WPF", WindowsMessageIOLoop.Attach, Nests: true, IsPumpable: true, LowerPriorities: false),
            new("SynchronizationContextIOLoop in WPF", options => SynchronizationContextIOLoop.Attach(new DispatcherSynchronizationContext(dispatcher), options), Nests: false, IsPumpable: false, LowerPriorities: false),
            new("SynchronizationContextIOLoop at Background priority in WPF", options => SynchronizationContextIOLoop.Attach(new DispatcherSynchronizationContext(dispatcher, DispatcherPriority.Background), options), Nests: false, IsPumpable: false),
            new("JoinableTaskIOLoop in WPF", options => JoinableTaskIOLoop.Attach(context.Factory, options), Nests: true, IsPumpable: true, LowerPriorities: false),
            new("JoinableTaskIOLoop at Background priority in WPF", options => JoinableTaskIOLoop.Attach(context.Factory.WithPriority(dispatcher, DispatcherPriority.Background), options), Nests: true, IsPumpable: true),
        ];
        var load = new LoadChecks(window, expectsKeys: true);
        for (int i = 0; i < kinds.Length; i++)
        {
            if (only.Length > 0 && !only.Contains($"{i}"))
                continue;
            var kind = kinds[i];
            await load.RunAsync(kind);
            await DialogChecks.RunAsync(window, kind);
            await BlockingChecks.RunSyncAsync(kind);
            if (kind.Name.StartsWith("Joinable", StringComparison.Ordinal))
                await BlockingChecks.JoinAsync(kind, context);
        }
    }
}
