using System.Runtime.InteropServices;

namespace IOLoops.Samples;

/// <summary>A reference to a GMainContext: what one thread of GLib iterates.</summary>
public sealed class MainContext : SafeHandle
{
    private static readonly Lazy<MainContext> TheDefault = new(() => new MainContext(LibGLib.g_main_context_ref(LibGLib.g_main_context_default())));

    private MainContext(nint context) : base(0, ownsHandle: true) => SetHandle(context);

    public override bool IsInvalid => handle == 0;

    /// <summary>
    /// What the callback of a source has thrown, which must not pass through GLib. Raised on the thread that runs the context, while GLib
    /// is on the stack. Without a handler the exception is written to the standard error stream.
    /// </summary>
    public event Action<Delegate, Exception>? Failed;

    /// <summary>The context of the program's main thread, which GTK uses. Do not dispose it.</summary>
    public static MainContext Default => TheDefault.Value;

    /// <summary>A new one. It is woken for each source that is attached, so that any loop can iterate it, see <see cref="GuestContext"/>.</summary>
    public static MainContext Create() => new(LibGLib.g_main_context_new_with_flags(LibGLib.OwnerlessPolling));

    /// <summary>Never throws.</summary>
    internal void Report(Delegate callback, Exception exception)
    {
        try
        {
            if (Failed is { } failed)
                failed(callback, exception);
            else
                Console.Error.WriteLine($"A callback of a GLib source threw. GLib continues. {exception}");
        }
        catch (Exception hook)
        {
            Console.Error.WriteLine($"A handler of {nameof(MainContext)}.{nameof(Failed)} threw: {hook}");
        }
    }

    protected override bool ReleaseHandle()
    {
        LibGLib.g_main_context_unref(handle);
        return true;
    }
}
