using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using IOLoops.Interop;

namespace IOLoops.Hosting;

/// <summary>A message-only window of the thread that made it. It refers to its host weakly, except while a message is on its way.</summary>
/// <remarks>
/// The thread's own table leads from the window to this object, and ends with the thread: a system that destroys a thread's windows need
/// not send them any message.
/// </remarks>
[SupportedOSPlatform("windows")]
internal sealed unsafe class MessageWindow
{
    [ThreadStatic]
    private static Dictionary<nint, MessageWindow>? t_windows;

    private static readonly Lock Gate = new();
    private static nint s_class;   // guarded by Gate
    private static uint s_message; // written before the first window is made

    private readonly WeakReference<WindowsMessageHost> _host;
    private volatile WindowsMessageHost? _kept; // what the message on its way is for

    private MessageWindow(nint window, WindowsMessageHost host) => (Handle, _host) = (window, new WeakReference<WindowsMessageHost>(host));

    internal nint Handle { get; }

    /// <summary>Makes one on the calling thread.</summary>
    /// <exception cref="Win32Exception">The system refuses.</exception>
    internal static MessageWindow Create(WindowsMessageHost host)
    {
        nint window = User32.CreateWindowExW(0, Class(), null, 0, 0, 0, 0, 0, User32.MessageOnly, 0, User32.GetModuleHandleW(null), 0);
        if (window == 0)
            throw Failure("A message window could not be created");
        var made = new MessageWindow(window, host);
        (t_windows ??= []).Add(window, made);
        return made;
    }

    /// <summary>Keeps the host alive until a message has arrived, as a queue keeps what is in it. Any thread, just before a message is posted.</summary>
    internal void Keep(WindowsMessageHost host) => _kept = host;

    /// <summary>The message has arrived. The window's thread.</summary>
    internal void Release() => _kept = null;

    /// <summary>Any thread.</summary>
    /// <returns>False: there is no room now; see <see cref="User32.QueueIsFull"/>.</returns>
    /// <exception cref="InvalidOperationException">The window is gone.</exception>
    internal bool TryPost(WindowMessageKind kind)
    {
        if (User32.PostMessageW(Handle, s_message, (nint)kind, 0) != 0)
            return true;
        int error = Marshal.GetLastPInvokeError();
        return error == User32.QueueIsFull ? false : throw Gone(error);
    }

    /// <summary>As a message that is taken before all that are posted. Any thread but the window's; it does not wait.</summary>
    /// <exception cref="InvalidOperationException">The window is gone.</exception>
    internal void Send(WindowMessageKind kind)
    {
        if (User32.SendNotifyMessageW(Handle, s_message, (nint)kind, 0) == 0)
            throw Gone(Marshal.GetLastPInvokeError());
    }

    /// <summary>The window's thread.</summary>
    internal void Destroy() => User32.DestroyWindow(Handle);

    private static nint Class()
    {
        lock (Gate)
        {
            if (s_class != 0)
                return s_class;
            // A process may have loaded this assembly twice.
            fixed (char* message = "IOLoop.MessageWindow", name = $"IOLoop.MessageWindow.{Guid.NewGuid():N}")
            {
                s_message = User32.RegisterWindowMessageW(message);
                var description = new WindowClass { Size = (uint)sizeof(WindowClass), Procedure = &Receive, Instance = User32.GetModuleHandleW(null), Name = name };
                if (s_message == 0 || (s_class = User32.RegisterClassExW(&description)) == 0)
                    throw Failure("A window class could not be registered");
            }
            return s_class;
        }
    }

    [UnmanagedCallersOnly]
    private static nint Receive(nint window, uint message, nint wParam, nint lParam)
    {
        if (t_windows is { } windows && windows.TryGetValue(window, out var found))
        {
            if (message == s_message)
            {
                found.OnMessage((WindowMessageKind)wParam);
                return 0;
            }
            if (message == User32.LastMessage)
            {
                windows.Remove(window);
                found.OnMessage(WindowMessageKind.Destroyed);
            }
        }
        return User32.DefWindowProcW(window, message, wParam, lParam);
    }

    /// <summary>An exception that escaped into the system would end the process.</summary>
    private void OnMessage(WindowMessageKind kind)
    {
        WindowsMessageHost? host = null;
        try
        {
            if (_host.TryGetTarget(out host))
                host.OnMessage(kind);
            else if (kind != WindowMessageKind.Destroyed)
                Destroy();
        }
        catch (Exception exception)
        {
            host?.OnFailed(exception);
        }
    }

    private static InvalidOperationException Gone(int error) =>
        new($"The loop's message window is gone, with its thread or by DestroyWindow (error {error}).", new Win32Exception(error));

    private static Win32Exception Failure(string what)
    {
        int error = Marshal.GetLastPInvokeError();
        return new Win32Exception(error, $"{what}: {Marshal.GetPInvokeErrorMessage(error)} (error {error}). A process may have 10,000 windows and similar objects at most.");
    }
}
