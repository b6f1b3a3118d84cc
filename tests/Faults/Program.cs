using Faults;
using Faults.Workloads;
using IOLoops;

// Faults SHIM FOLDER WORKLOAD [--quick] [--after CASE] [--only START] [--accepted NUMBER]: see README.md.
var arguments = args.ToList();
bool quick = arguments.Remove("--quick");
string? after = Option("--after");
string? only = Option("--only");
string? number = Option("--accepted"); // of a line of that file, without comments
var accepted = Accepted.Read(Path.Combine(arguments[1], "accepted"));
Workload[] workloads =
[
    new LoopWorkload("epoll", static trial => new NativeSubject(trial, PollerKind.Epoll, WakerKind.EventFd)),
    new LoopWorkload("epoll-timerfd", static trial => new NativeSubject(trial, PollerKind.Epoll, WakerKind.EventFd)) { Lacks = "epoll_pwait2" },
    new LoopWorkload("epoll-pipe", static trial => new NativeSubject(trial, PollerKind.Epoll, WakerKind.Pipe)),
    new LoopWorkload("poll", static trial => new NativeSubject(trial, PollerKind.Poll, WakerKind.EventFd)),
    new LoopWorkload("poll-pipe", static trial => new NativeSubject(trial, PollerKind.Poll, WakerKind.Pipe)),
    new LoopWorkload("poll-sockets", static trial => new NativeSubject(trial, PollerKind.Poll, WakerKind.SocketPair), Target.Sockets),
    new LoopWorkload("hosted-epoll", static trial => new HostedSubject(trial, PollerKind.Epoll)),
    new LoopWorkload("hosted-shared", static trial => new HostedSubject(trial, PollerKind.Epoll)) { HasHostedBystander = true },
    new LoopWorkload("hosted-poll", static trial => new HostedSubject(trial, PollerKind.Poll)),
    new LoopWorkload("hosted-rx", static trial => new RxSubject(trial)),
    new RxWorkload(),
    new RxSourceWorkload(),
    new StreamWorkload("streams"),
    new StreamWorkload("streams-preadv2") { Lacks = "preadv2" },
    new FolderWorkload(),
    new ProcessWorkload("processes"),
    new ProcessWorkload("processes-pidfd") { Lacks = "syscall_pidfd_open" },
    new TerminalWorkload(),
];
if (arguments[2] == "--names")
{
    Console.WriteLine(string.Join('\n', workloads.Select(workload => workload.Name)));
    return 0;
}
if (arguments[2] == "--runtime")
{
    Console.WriteLine(Path.GetDirectoryName(typeof(object).Assembly.Location));
    return 0;
}
var workload = workloads.Single(workload => workload.Name == arguments[2]);
var calls = Call.Read(Path.Combine(arguments[1], workload.Target == Target.Sockets ? "calls-sockets" : "calls"));
Shim.Load(arguments[0], workload.Target);
Shim.ExemptThisThread();
if (workload.Lacks is { } call)
    Shim.Lack(call);
var session = new Session(workload, calls, accepted, quick);
return number is null ? session.Run(after, only) : session.RunAccepted(accepted[int.Parse(number, null) - 1]);

string? Option(string name)
{
    int at = arguments.IndexOf(name);
    if (at < 0)
        return null;
    string value = arguments[at + 1];
    arguments.RemoveRange(at, 2);
    return value;
}
