using System.Runtime.InteropServices;

namespace IOLoops.Samples;

/// <summary>A GMainLoop: runs a context until it is asked to quit, as gtk_main or g_application_run do.</summary>
public sealed class MainLoop : SafeHandle
{
    public MainLoop(MainContext context) : base(0, ownsHandle: true) => SetHandle(LibGLib.g_main_loop_new(context, 1));

    public override bool IsInvalid => handle == 0;

    /// <summary>Blocks until <see cref="Quit"/>, which counts only while this runs.</summary>
    public void Run() => LibGLib.g_main_loop_run(handle);

    /// <summary>Any thread.</summary>
    public void Quit() => LibGLib.g_main_loop_quit(handle);

    protected override bool ReleaseHandle()
    {
        LibGLib.g_main_loop_unref(handle);
        return true;
    }
}
