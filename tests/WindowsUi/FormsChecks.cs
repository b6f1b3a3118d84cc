using System.Windows.Forms;
using IOLoops.VsThreading;
using Microsoft.VisualStudio.Threading;

namespace IOLoops.WindowsUi;

/// <summary>Loops in a window of WinForms.</summary>
internal static class FormsChecks
{
    internal static void Run(string[] only)
    {
        Application.SetUnhandledExceptionMode(UnhandledExceptionMode.ThrowException);
        Application.Run(new FormsWindow(window => RunAsync(window, only)));
        Checks.That(true, "WinForms: Application.Run returned");
    }

    private static async Task RunAsync(FormsWindow window, string[] only)
    {
        var context = new JoinableTaskContext();
        LoopKind[] kinds =
        [
            new("WindowsMessageIOLoop in WinForms", WindowsMessageIOLoop.Attach, Nests: true, IsPumpable: true),
            new("SynchronizationContextIOLoop in WinForms", options => SynchronizationContextIOLoop.Attach(SynchronizationContext.Current!, options), Nests: false, IsPumpable: false),
            new("JoinableTaskIOLoop(WithWindowsMessages) in WinForms", options => JoinableTaskIOLoop.Attach(context.Factory.WithWindowsMessages(), options), Nests: true, IsPumpable: true),
            new("JoinableTaskIOLoop in WinForms", options => JoinableTaskIOLoop.Attach(context.Factory, options), Nests: true, IsPumpable: true),
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
