using Faults;
using Faults.Workloads;
using IOLoops;

// Faults SHIM FOLDER WORKLOAD [--quick] [--after CASE] [--only START]: see README.md.
var arguments = args.ToList();
bool quick = arguments.Remove("--quick");
string? after = Option("--after");
string? only = Option("--only");
Shim.Load(arguments[0]);
Shim.ExemptThisThread();
var calls = Call.Read(Path.Combine(arguments[1], "calls"));
var accepted = Accepted.Read(Path.Combine(arguments[1], "accepted"));
Workload[] workloads =
[
    new LoopWorkload("epoll", static trial => new NativeSubject(trial, PollerKind.Epoll, WakerKind.EventFd)),
];
if (arguments[2] == "--names")
{
    Console.WriteLine(string.Join('\n', workloads.Select(workload => workload.Name)));
    return 0;
}
return new Session(workloads.Single(workload => workload.Name == arguments[2]), calls, accepted, quick).Run(after, only);

string? Option(string name)
{
    int at = arguments.IndexOf(name);
    if (at < 0)
        return null;
    string value = arguments[at + 1];
    arguments.RemoveRange(at, 2);
    return value;
}
