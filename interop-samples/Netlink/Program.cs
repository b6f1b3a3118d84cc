using IOLoops;

// Which links and addresses this machine has, and each change of them. --deaf: asks for no news, so that none is noticed. --once: does not ask again
// when the kernel refuses a list.
bool isDeaf = args is ["--deaf"];
bool asksOnce = args is ["--once"];
if (args.Length > 0 && !isDeaf && !asksOnce)
{
    Console.Error.WriteLine("usage: Netlink [--deaf | --once]");
    return 2;
}
using var loop = new PollIOLoop();
return loop.RunSync(new Demonstration(loop, isDeaf, asksOnce).RunAsync, TimeSpan.FromMinutes(2)) ? 0 : 1;
