using IOLoops;
using IOLoops.Sources;

string[] command = args is [] ? ["ls", "--color=auto", "/"] : args;
using var loop = new PollIOLoop();
loop.RunSync(async () =>
{
    await using var child = ChildProcess.Start(loop, new ChildProcessOptions(command[0], command[1..]) { Terminal = (80, 24) });
    await foreach (string line in child.Terminal.Stream.ReadLinesAsync())
        Console.WriteLine(line);            // on the loop's thread, as soon as the command has written it
    Console.WriteLine(await child.Exited);
});
