using IOLoops;

using var outer = new PollIOLoop(new PollIOLoopOptions { Name = "outer" });
using var inner = new PollIOLoop(new PollIOLoopOptions { Name = "inner" });
TimeoutHandle due = default;

// What an outer loop must do: watch the descriptor, ...
outer.AddHandler(inner.BackendDescriptor, (_, _) => Turn(), IOEvents.Read);
// ... wait no longer than until the inner loop's next deadline, ...
void Arm() => due = inner.BackendTimeout is { } wait ? outer.CallLater(wait, Turn) : default;
// ... and run one turn, which never blocks, whenever either of them says so.
void Turn()
{
    outer.RemoveTimeout(due);
    inner.RunOnce(TimeSpan.Zero);
    Arm();
}

inner.AddCallback(() => Say("a callback"));
inner.CallLater(TimeSpan.FromMilliseconds(20), () => Say("a timeout"));
inner.CallLater(TimeSpan.FromMilliseconds(60), outer.Stop);
Arm();
ThreadPool.QueueUserWorkItem(_ => inner.AddCallback(() => Say("a callback from another thread")));
outer.Start();

void Say(string what) => Console.WriteLine($"{what}, on {IOLoop.Current.Name}, while {outer.Name} is {(outer.IsRunning ? "running" : "stopped")}");
