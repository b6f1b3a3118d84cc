using IOLoops.Samples;

// Three ways to combine GLib's main loop with a loop. --corrupt: a wrong word is written, which the program's checks must find.
bool corrupts = args is ["--corrupt"];
if (args.Length > 0 && !corrupts)
{
    Console.Error.WriteLine("usage: GLib [--corrupt]");
    return 2;
}
var checks = new Checks();
try
{
    LoopInGLib.Run(checks, corrupts ? "hallo" : "hello");
    LoopDrivenByGLib.Run(checks);
    GLibInLoop.Run(checks);
}
catch (DllNotFoundException)
{
    Console.Error.WriteLine("There is no libglib-2.0.so.0. On Debian it is in the package libglib2.0-0.");
    return 2;
}
return checks.ExitCode();
