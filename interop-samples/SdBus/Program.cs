using IOLoops;
using IOLoops.Samples;

// A service and its client on one loop. --corrupt: the service answers with a wrong word, which the program's checks must find.
bool corrupts = args is ["--corrupt"];
if (args.Length > 0 && !corrupts)
{
    Console.Error.WriteLine("usage: SdBus [--corrupt]");
    return 2;
}
using var loop = new PollIOLoop();
var checks = new Checks();
try
{
    loop.RunSync(new Demonstration(loop, checks, corrupts).RunAsync, TimeSpan.FromMinutes(2));
}
catch (DllNotFoundException)
{
    Console.Error.WriteLine("There is no libsystemd.so.0. On Debian it is in the package libsystemd0.");
    return 2;
}
catch (IOException exception)
{
    Console.Error.WriteLine(exception.Message); // there is no dbus-daemon, say; on Debian it is in the package dbus-daemon
    return 2;
}
return checks.ExitCode();
