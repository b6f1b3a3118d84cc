using System.Runtime.InteropServices;

namespace IOLoops.Samples;

/// <summary>A reference to a GMainContext: what one thread of GLib iterates.</summary>
public sealed class MainContext : SafeHandle
{
    private MainContext(nint context) : base(0, ownsHandle: true) => SetHandle(context);

    public override bool IsInvalid => handle == 0;

    /// <summary>The context of the program's main thread, which GTK uses.</summary>
    public static MainContext Default => new(LibGLib.g_main_context_ref(LibGLib.g_main_context_default()));

    /// <summary>A new one. It is woken for each source that is attached, so that any loop can iterate it, see <see cref="GuestContext"/>.</summary>
    public static MainContext Create() => new(LibGLib.g_main_context_new_with_flags(LibGLib.OwnerlessPolling));

    protected override bool ReleaseHandle()
    {
        LibGLib.g_main_context_unref(handle);
        return true;
    }
}
