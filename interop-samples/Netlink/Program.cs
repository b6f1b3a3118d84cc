using IOLoops;

// Which links and addresses this machine has, and each change of them. --deaf: asks for no news, so that none is noticed.
bool isDeaf = args is ["--deaf"];
if (args.Length > 0 && !isDeaf)
{
    Console.Error.WriteLine("usage: Netlink [--deaf]");
    return 2;
}
using var loop = new PollIOLoop();
return loop.RunSync(new Demonstration(loop, isDeaf).RunAsync, TimeSpan.FromMinutes(2)) ? 0 : 1;
