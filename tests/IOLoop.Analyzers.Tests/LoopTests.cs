using IOLoops.Analyzers.CodeFixes;

namespace IOLoops.Analyzers.Tests;

public sealed class LoopTests
{
    [Fact]
    public Task Async_void_methods_return_tasks() => Code.Becomes<AsyncVoidAnalyzer, TaskFix>(
        """
            void Use(IOLoop loop, Socket socket)
            {
                loop.AddHandler(socket, {|IOL0007:OnReady|}, IOEvents.Read);
                loop.AddCallback({|IOL0007:Local|});
                async void Local() => await Task.Yield();
            }
            // what came
            private async void OnReady(FileDescriptor fd, IOEvents events) => await Task.Yield();
        """,
        """
            void Use(IOLoop loop, Socket socket)
            {
                loop.AddHandler(socket, OnReady, IOEvents.Read);
                loop.AddCallback(Local);
                async Task Local() => await Task.Yield();
            }
            // what came
            private async Task OnReady(FileDescriptor fd, IOEvents events) => await Task.Yield();
        """);

    [Fact]
    public Task Async_void_lambdas_and_methods_of_others_are_reported_without_a_fix() => Code.Becomes<AsyncVoidAnalyzer, TaskFix>(
        """
            public async void Shared() => await Task.Yield();
            void Use(IOLoop loop)
            {
                loop.AddFuture(Task.CompletedTask, {|IOL0007:async done => await Task.Yield()|});
                loop.AddCallback((Action)({|IOL0007:async () => await Task.Yield()|}));
                loop.AddCallback({|IOL0007:Shared|});
            }
        """,
        """
            public async void Shared() => await Task.Yield();
            void Use(IOLoop loop)
            {
                loop.AddFuture(Task.CompletedTask, {|IOL0007:async done => await Task.Yield()|});
                loop.AddCallback((Action)({|IOL0007:async () => await Task.Yield()|}));
                loop.AddCallback({|IOL0007:Shared|});
            }
        """);

    [Fact]
    public Task Asynchronous_code_with_a_task_is_not_reported() => Code.Reports<AsyncVoidAnalyzer>(
        """
            event Action Elsewhere;
            void Use(IOLoop loop, Socket socket)
            {
                loop.AddCallback(async () => await Task.Yield());
                loop.AddHandler(socket, async (fd, events) => await Task.Yield(), IOEvents.Read);
                loop.AddHandler(socket, OnReady, IOEvents.Read);
                loop.CallLater(TimeSpan.Zero, Plain);
                Elsewhere += async () => await Task.Yield();
            }
            async Task OnReady(FileDescriptor fd, IOEvents events) => await Task.Yield();
            void Plain() { }
        """);

    [Fact]
    public Task A_loop_that_only_this_method_knows_and_never_stops_is_reported() => Code.Reports<NeverStoppedAnalyzer>(
        """
            void Use(IScheduler scheduler, SynchronizationContext context)
            {
                var one = {|IOL0008:RxIOLoop.Attach(scheduler)|};
                one.AddCallback(() => { });
                var two = new SynchronizationContextIOLoop(context);
                {|IOL0008:two.Attach()|};
                Console.WriteLine(two.IsRunning);
            }
        """);

    [Fact]
    public Task A_loop_that_is_stopped_or_handed_on_is_not_reported() => Code.Reports<NeverStoppedAnalyzer>(
        """
            HostedIOLoop _field;
            async Task<HostedIOLoop> Use(IScheduler scheduler, HostedIOLoop given, Action<IOLoop> other)
            {
                using var one = RxIOLoop.Attach(scheduler);
                await using var two = new RxIOLoop(scheduler);
                two.Attach();
                var three = RxIOLoop.Attach(scheduler);
                three.AddCallback(three.Stop);
                var four = RxIOLoop.Attach(scheduler);
                try { } finally { await four.StopAsync(); }
                var five = RxIOLoop.Attach(scheduler);
                other(five);
                _field = RxIOLoop.Attach(scheduler);
                given.Attach();
                var six = RxIOLoop.Attach(scheduler);
                var seven = RxIOLoop.Attach(scheduler);
                Console.CancelKeyPress += (_, _) => seven.Stop();
                using (var eight = RxIOLoop.Attach(scheduler)) { }
                var nine = RxIOLoop.Attach(scheduler);
                using var scope = nine;
                return six;
            }
        """);

    [Fact]
    public Task Schedulers_that_run_inside_the_caller_are_reported() => Code.Reports<InlineSchedulerAnalyzer>(
        """
            void Use(IScheduler any, EventLoopScheduler own)
            {
                using var one = new RxIOLoop({|IOL0010:ImmediateScheduler.Instance|});
                using var two = RxIOLoop.Attach({|IOL0010:CurrentThreadScheduler.Instance|});
                using var three = new RxIOLoop({|IOL0010:Scheduler.Immediate|});
                using var four = new RxIOLoop({|IOL0010:Scheduler.CurrentThread|});
                using var five = new RxIOLoop(any);
                using var six = new RxIOLoop(own);
                using var seven = new RxIOLoop(TaskPoolScheduler.Default);
            }
        """);
}
