using IOLoops.Samples;

var checks = new Checks();
try
{
    LoopInGLib.Run(checks);
    LoopDrivenByGLib.Run(checks);
    GLibInLoop.Run(checks);
}
catch (DllNotFoundException)
{
    Console.Error.WriteLine("There is no libglib-2.0.so.0. On Debian it is in the package libglib2.0-0.");
    return 2;
}
return checks.ExitCode();
