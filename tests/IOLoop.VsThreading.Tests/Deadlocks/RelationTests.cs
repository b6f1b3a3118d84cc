using System.Xml.Linq;
using IOLoops.Conformance;
using Microsoft.VisualStudio.Threading;
using Shouldly;
using Xunit;

namespace IOLoops.VsThreading.Tests.Deadlocks;

/// <summary>What is whose child: a loop's own joinable task stays out of what handlers start, and can be told in hang reports.</summary>
public sealed class RelationTests : JoinableTaskHarness
{
    [Fact]
    public void Work_that_a_handler_starts_is_no_child_of_the_loop()
    {
        var counter = NewEventFd();
        var release = new TaskCompletionSource();
        JoinableTask? started = null;
        bool isWithin = true;
        Task<Thread> read = null!;
        OnMain("registration", () => read = WhenReadable(counter.Number, () =>
        {
            isWithin = Context.IsWithinJoinableTask;
            started = Factory.RunAsync(async () =>
            {
                await release.Task;
                await Factory.SwitchToMainThreadAsync();
            });
        }));
        counter.Signal();
        Bounded.Await(read, "data");
        isWithin.ShouldBeFalse();
        // Were it a child of the loop's task, joining the loop would let it run.
        BlockMain("the end of Run", async () =>
        {
            using (Loop.Join())
            {
                release.SetResult();
                for (int i = 0; i < 20; i++)
                    await Loop.InvokeAsync(() => { });
                started!.IsCompleted.ShouldBeFalse();
            }
        });
        Bounded.Await(started!.Task, "the work that the handler has started");
    }

    [Fact]
    public void A_handler_s_ambient_task_is_that_of_who_has_added_it()
    {
        string? outside = null;
        string? inside = null;
        BlockMain("a callback added in a joinable task", async () =>
        {
            outside = Context.Capture();
            using (Loop.Join())
                await Loop.InvokeAsync(() => inside = Context.Capture());
        });
        inside.ShouldNotBeNull().ShouldBe(outside);
    }

    [Fact]
    public void The_task_that_attaches_a_loop_does_not_wait_for_it()
    {
        var collection = Context.CreateCollection();
        var factory = Context.CreateFactory(collection);
        OnMain("Attach inside a joinable task", () => factory.Run(() =>
        {
            _ = Loop;
            return Task.CompletedTask;
        }));
        Bounded.Await(Task.Run(collection.JoinTillEmptyAsync), "the task that has attached the loop");
        Loop.IsRunning.ShouldBeTrue();
    }

    [Fact]
    public void Hang_reports_name_the_loop()
    {
        using var hangs = new HangContext(Main.Thread, Main.SynchronizationContext);
        var loop = Attached(NewLoop(hangs.Factory, name: "the loop of the report"));
        string? report = null;
        OnMain("a report while the main thread is blocked", () => hangs.Factory.Run(async () =>
        {
            using (loop.Join())
                await loop.InvokeAsync(() => report = hangs.Report());
        }));
        XDocument.Parse(report!).Descendants().Attributes("Label").Select(label => label.Value).ShouldContain("the loop of the report");
    }

    [Fact]
    public void Start_on_the_main_thread_is_no_hang_and_RunSync_may_be_one()
    {
        using var hangs = new HangContext(Main.Thread, Main.SynchronizationContext);
        var factory = new ImpatientFactory(hangs);
        var loop = NewLoop(factory);
        OnMain("Start for longer than it takes to suspect a hang", () =>
        {
            loop.CallLater(TimeSpan.FromMilliseconds(20), loop.Stop);
            loop.Start();
        });
        hangs.Detected.Task.IsCompleted.ShouldBeFalse();
        OnMain("RunSync for longer than it takes to suspect a hang", () => loop.RunSync(() => hangs.Detected.Task, Patience));
    }

    private sealed class HangContext(Thread mainThread, SynchronizationContext context) : JoinableTaskContext(mainThread, context)
    {
        internal TaskCompletionSource Detected { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal string Report() => GetHangReport().Content;

        protected override void OnHangDetected(TimeSpan hangDuration, int notificationCount, Guid hangId) => Detected.TrySetResult();
    }

    private sealed class ImpatientFactory : JoinableTaskFactory
    {
        internal ImpatientFactory(JoinableTaskContext context)
            : base(context) => HangDetectionTimeout = TimeSpan.FromMilliseconds(1);
    }
}
