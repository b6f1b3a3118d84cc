using IOLoops.Analyzers.CodeFixes;

namespace IOLoops.Analyzers.Tests;

public sealed class BlockingTests
{
    [Fact]
    public Task What_waits_in_lambdas_of_a_loop_is_reported() => Code.Reports<BlockingAnalyzer>(
        """
            void Use(IOLoop loop, Socket socket, ManualResetEventSlim signal, SemaphoreSlim gate, Thread thread)
            {
                Task local = Task.Delay(1);
                loop.AddHandler(socket, (fd, events) => {|IOL0001:local.Wait()|}, IOEvents.Read);
                loop.AddCallback(() => {|IOL0001:Thread.Sleep(10)|});
                loop.AddCallback(state => {|IOL0001:signal.Wait()|}, 1);
                loop.CallLater(TimeSpan.FromSeconds(1), () => { {|IOL0001:gate.Wait()|}; });
                loop.CallAt(loop.Time, () => { if (gate is not null) {|IOL0001:thread.Join()|}; });
                loop.AddTimeout(TimeSpan.Zero, async () => { await local; {|IOL0001:Task.WaitAll(local)|}; });
                loop.InvokeAsync(() => {|IOL0001:File.ReadAllTextAsync("x").Result|}.Length);
                loop.InvokeAsync(() => {|IOL0001:File.ReadAllTextAsync("x").ConfigureAwait(false).GetAwaiter().GetResult()|});
                loop.AddSignalHandler(PosixSignal.SIGINT, context => {|IOL0001:new ValueTask(local).GetAwaiter().GetResult()|});
                using var periodic = new PeriodicCallback(() => {|IOL0001:Thread.Sleep(TimeSpan.FromSeconds(1))|}, TimeSpan.FromSeconds(1), loop);
            }
        """);

    [Fact]
    public Task What_waits_in_methods_that_are_given_to_a_loop_is_reported() => Code.Reports<BlockingAnalyzer>(
        """
            void Use(IOLoop loop, Socket socket)
            {
                loop.AddHandler(socket, OnReady, IOEvents.Read);
                loop.AddCallback(Local);
                void Local() => {|IOL0001:Thread.Sleep(10)|};
                void Unused() => Thread.Sleep(10);
            }
            void OnReady(FileDescriptor fd, IOEvents events) { {|IOL0001:Task.Delay(1).Wait()|}; Task.Run(() => Thread.Sleep(1)); }
            void NotGiven(FileDescriptor fd, IOEvents events) => Task.Delay(1).Wait();
            class Nested { void OnReady() => Thread.Sleep(1); }
        """);

    [Fact]
    public Task What_has_ended_or_asks_only_is_not_reported() => Code.Reports<BlockingAnalyzer>(
        """
            Task<int> _field = Task.FromResult(1);
            void Use(IOLoop loop, ManualResetEventSlim signal, SemaphoreSlim gate, Func<int, string> other)
            {
                Task<int> task = Task.Run(() => 1), second = Task.Run(() => 2), third = Task.Run(() => 3);
                loop.AddFuture(task, done => Console.WriteLine(done.Result));
                loop.AddFuture(task, done => Console.WriteLine(task.Result));
                loop.AddCallback(() => { if (_field.IsCompleted) Console.WriteLine(_field.Result); });
                loop.AddCallback(async () => { await Task.WhenAll(second, third); Console.WriteLine(second.Result + third.Result); });
                loop.AddCallback(async () => { await second; Console.WriteLine(second.Result); });
                loop.AddCallback(() => Console.WriteLine(signal.Wait(0) || gate.Wait(TimeSpan.Zero) || _field.Wait(0)));
                loop.AddCallback(() => { Thread.Sleep(0); Task.CompletedTask.Wait(); Console.WriteLine(Task.FromResult(2).Result); });
                loop.AddCallback(async () => { await Task.Delay(1).ConfigureAwait(false); Thread.Sleep(1); });
            }
        """);

    [Fact]
    public Task What_another_thread_or_nobody_known_runs_is_not_reported() => Code.Reports<BlockingAnalyzer>(
        """
            void Use(IOLoop loop, Action<Action> unknown)
            {
                loop.AddCallback(() => Task.Run(() => Thread.Sleep(1)));
                loop.AddCallback(() => unknown(() => Thread.Sleep(1)));
                unknown(() => Thread.Sleep(1));
                Thread.Sleep(1);
                loop.RunSync(() => Thread.Sleep(1));
            }
        """);

    [Fact]
    public Task Running_a_native_loop_in_its_own_code_is_reported() => Code.Reports<BlockingAnalyzer>(
        """
            void Use(PollIOLoop native, PollIOLoop second, IOLoop any, JoinableTaskIOLoop joinable)
            {
                native.AddCallback(() => {|IOL0002:native.RunSync(() => { })|});
                native.AddCallback(() => { {|IOL0002:native.Start()|}; });
                native.AddCallback(() => second.RunSync(() => { }));
                any.AddCallback(() => any.RunSync(() => { }));
                joinable.AddCallback(() => joinable.RunSync(() => { }));
                native.RunSync(() => { });
            }
        """);

    [Fact]
    public Task Synchronous_streams_are_reported_and_ready_sockets_are_not() => Code.Reports<BlockingAnalyzer>(
        """
            void Use(IOLoop loop, Socket socket, NetworkStream network, FileStream file, byte[] buffer)
            {
                loop.AddHandler(socket, (fd, events) => {|IOL0003:network.Read(buffer, 0, 1)|}, IOEvents.Read);
                loop.AddCallback(() => { {|IOL0003:System.Net.Dns.GetHostAddresses("x")|}; });
                loop.AddCallback(() => {|IOL0003:network.CopyTo(file)|});
                loop.AddHandler(socket, (fd, events) => { socket.Receive(buffer); socket.Accept(); socket.Send(buffer); }, IOEvents.Read);
                loop.AddCallback(() => file.Write(buffer, 0, 1));
                network.Read(buffer, 0, 1);
            }
        """);

    [Fact]
    public Task Waits_in_asynchronous_code_become_await() => Code.Becomes<BlockingAnalyzer, AwaitFix>(
        """
            void Use(IOLoop loop, Task<string> text)
            {
                loop.AddCallback(async () =>
                {
                    await Task.Yield();
                    {|IOL0001:Thread.Sleep(10)|}; // a while
                    {|IOL0001:Task.Delay(1).Wait()|};
                    Console.WriteLine({|IOL0001:File.ReadAllTextAsync("x").Result|}.Length);
                    Console.WriteLine({|IOL0001:File.ReadAllTextAsync("x").ConfigureAwait(false).GetAwaiter().GetResult()|});
                });
            }
        """,
        """
            void Use(IOLoop loop, Task<string> text)
            {
                loop.AddCallback(async () =>
                {
                    await Task.Yield();
                    await Task.Delay(10); // a while
                    await Task.Delay(1);
                    Console.WriteLine((await File.ReadAllTextAsync("x")).Length);
                    Console.WriteLine(await File.ReadAllTextAsync("x"));
                });
            }
        """);

    [Fact]
    public Task A_lambda_that_waits_becomes_asynchronous() => Code.Becomes<BlockingAnalyzer, AwaitFix>(
        """
            void Use(IOLoop loop, Socket socket)
            {
                loop.AddHandler(socket, (fd, events) => {|IOL0001:Task.Delay(1).Wait()|}, IOEvents.Read);
                loop.AddCallback(() => { {|IOL0001:Thread.Sleep(10)|}; });
            }
        """,
        """
            void Use(IOLoop loop, Socket socket)
            {
                loop.AddHandler(socket, async (fd, events) => await Task.Delay(1), IOEvents.Read);
                loop.AddCallback(async () => { await Task.Delay(10); });
            }
        """);

    [Fact]
    public Task Where_await_is_not_the_same_there_is_no_fix() => Code.Becomes<BlockingAnalyzer, AwaitFix>(
        "    void Use(IOLoop loop, Task text) { var task = Task.Delay(1); loop.AddCallback(async () => { await Task.Yield(); {|IOL0001:task.Wait(100)|}; }); }",
        "    void Use(IOLoop loop, Task text) { var task = Task.Delay(1); loop.AddCallback(async () => { await Task.Yield(); {|IOL0001:task.Wait(100)|}; }); }");
}
