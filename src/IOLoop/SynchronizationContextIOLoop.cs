using IOLoops.Hosting;

namespace IOLoops;

/// <summary>
/// A loop that runs inside whatever a <see cref="System.Threading.SynchronizationContext"/> posts to: the UI thread of WPF,
/// WinForms or Avalonia, or any other context.
/// </summary>
/// <remarks>
/// A context can only be posted to, not pumped: on its own thread call <see cref="HostedIOLoop.Attach"/>, not
/// <see cref="HostedIOLoop.Start"/>. Deadlines are met as well as the system's timers and the context allow. While a handler
/// shows a modal dialog its turn has not ended, and no other begins.
/// </remarks>
/// <example>
/// <code>
/// // On the UI thread.
/// var loop = SynchronizationContextIOLoop.Attach(SynchronizationContext.Current!);
/// loop.AddHandler(socket, onReadable, IOEvents.Read);                           // called on the UI thread
/// await closing;
/// await loop.DisposeAsync();
/// </code>
/// </example>
public class SynchronizationContextIOLoop : HostedIOLoop
{
    /// <summary>A loop inside a context. It does not run yet.</summary>
    /// <param name="context">
    /// Its posts must run later, not inside <see cref="System.Threading.SynchronizationContext.Post"/>. Constructed on a UI thread, where the context
    /// is current, the loop knows that thread as its own from the start.
    /// </param>
    /// <param name="options">Name, logging, poller; <see langword="null"/> for the defaults.</param>
    /// <exception cref="ArgumentNullException"><paramref name="context"/> is null: there is none on this thread.</exception>
    /// <inheritdoc cref="HostedIOLoop(ILoopHost, HostedIOLoopOptions?)" path="/exception[not(@cref='T:System.ArgumentNullException')]"/>
    public SynchronizationContextIOLoop(SynchronizationContext context, HostedIOLoopOptions? options = null)
        : base(SynchronizationContextHost.Create(context), options)
    {
        if (!OperatingSystem.IsWindows())
            return;
        if (Host is FormsContextHost forms)
            forms.OnLost = ReportHostLost;
        else if (Host is WindowsContextHost other)
            other.OnLost = ReportHostLost;
    }

    /// <summary>Makes a loop inside a context and begins to run it there.</summary>
    /// <inheritdoc cref="SynchronizationContextIOLoop(SynchronizationContext, HostedIOLoopOptions?)"/>
    public static SynchronizationContextIOLoop Attach(SynchronizationContext context, HostedIOLoopOptions? options = null) =>
        Attached(new SynchronizationContextIOLoop(context, options));

    /// <inheritdoc/>
    public override void Close(bool allFds = false)
    {
        base.Close(allFds);
        if (!OperatingSystem.IsWindows())
            return;
        if (Host is FormsContextHost forms)
            forms.Dispose();
        else if (Host is WindowsContextHost other)
            other.OnLost = static _ => { }; // the context may keep what it ran last, and that leads to the host
    }
}
