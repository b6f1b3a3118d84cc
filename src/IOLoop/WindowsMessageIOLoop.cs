using IOLoops.Hosting;

namespace IOLoops;

/// <summary>
/// A loop on a thread that pumps Windows messages, by whatever loop: WinForms, WPF, MFC, plain Win32, a plug-in's host. Its turns are
/// messages of a window of its own.
/// </summary>
/// <remarks>
/// <para>
/// The thread's input, painting and timers get their turn however busy the loop is: when something of that waits after
/// <see cref="HostedIOLoopOptions.TurnBudget"/>, the loop gives way until nothing waits, for 10 ms at most. Turns continue
/// in modal dialogs, in menus and while a window is moved or sized; in a dialog that a handler shows they nest, and no handler
/// is entered again while it runs.
/// </para>
/// <para>
/// On its thread <see cref="HostedIOLoop.Start"/> and RunSync run a message loop, which knows nothing of the application's
/// own message filters and keyboard handling (IsDialogMessage, accelerators). If WM_QUIT comes meanwhile, they end with an <see cref="InvalidOperationException"/>,
/// and the message is posted again.
/// </para>
/// <para>
/// When the thread ends, or the window is destroyed, the loop's run ends with an error (see <see cref="HostedIOLoop.Completion"/>).
/// <see cref="Close"/> destroys the window, on its thread.
/// </para>
/// </remarks>
/// <example>
/// <code>
/// // On a thread that pumps messages, such as that of a WinForms window.
/// var loop = WindowsMessageIOLoop.Attach();
/// loop.AddHandler(socket, onReadable, IOEvents.Read);                           // called on that thread
/// await closing;
/// await loop.DisposeAsync();
/// </code>
/// </example>
public class WindowsMessageIOLoop : HostedIOLoop
{
    private readonly WindowsMessageHost? _host;

    /// <summary>
    /// A loop on the calling thread, which must be one that pumps messages: on a thread that never does, turns never run, and nothing
    /// can tell that. The loop does not run yet.
    /// </summary>
    /// <param name="options">Name, logging, poller; <see langword="null"/> for the defaults.</param>
    /// <exception cref="PlatformNotSupportedException">This is not Windows, or it lacks the poller asked for.</exception>
    /// <exception cref="System.ComponentModel.Win32Exception">The system has no room for another window.</exception>
    /// <inheritdoc cref="HostedIOLoop(ILoopHost, HostedIOLoopOptions?)" path="/exception[not(@cref='T:System.ArgumentNullException') and not(@cref='T:System.PlatformNotSupportedException')]"/>
    public WindowsMessageIOLoop(HostedIOLoopOptions? options = null)
        : base(CreateHost(), options)
    {
        if (!OperatingSystem.IsWindows())
            return;
        _host = (WindowsMessageHost)Host;
        _host.OnLost = ReportHostLost;
    }

    /// <summary>Makes a loop on the calling thread and begins to run it there.</summary>
    /// <inheritdoc cref="WindowsMessageIOLoop(HostedIOLoopOptions?)"/>
    public static WindowsMessageIOLoop Attach(HostedIOLoopOptions? options = null) => Attached(new WindowsMessageIOLoop(options));

    /// <inheritdoc cref="HostedIOLoop.Attach()"/>
    public new void Attach() => base.Attach(); // the static one would hide it

    /// <inheritdoc/>
    public override void Close(bool allFds = false)
    {
        base.Close(allFds);
        if (OperatingSystem.IsWindows())
            _host!.Dispose();
    }

    private static WindowsMessageHost CreateHost() => OperatingSystem.IsWindows()
        ? new WindowsMessageHost()
        : throw new PlatformNotSupportedException("Only Windows has threads that pump Windows messages. Use SynchronizationContextIOLoop on this system's UI threads.");
}
