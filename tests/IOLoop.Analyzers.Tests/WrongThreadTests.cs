using IOLoops.Analyzers.CodeFixes;

namespace IOLoops.Analyzers.Tests;

public sealed class WrongThreadTests
{
    [Fact]
    public Task Calls_from_other_threads_are_passed_to_the_loop() => Code.Becomes<OtherThreadAnalyzer, AddCallbackFix>(
        """
            void Use(IOLoop loop, Socket socket)
            {
                Task.Run(() => {|IOL0004:loop.RemoveHandler(socket)|});
                Task.Run(async () => { await Task.Yield(); {|IOL0004:loop.UpdateHandler(socket, IOEvents.Write)|}; });
                ThreadPool.QueueUserWorkItem(_ => { {|IOL0004:loop.CallLater(TimeSpan.Zero, () => { })|}; });
                new Thread(() => {|IOL0004:loop.AddHandler(socket, (fd, events) => { }, IOEvents.Read)|}).Start();
            }
        """,
        """
            void Use(IOLoop loop, Socket socket)
            {
                Task.Run(() => loop.AddCallback(() => loop.RemoveHandler(socket)));
                Task.Run(async () => { await Task.Yield(); loop.AddCallback(() => loop.UpdateHandler(socket, IOEvents.Write)); });
                ThreadPool.QueueUserWorkItem(_ => { loop.AddCallback(() => loop.CallLater(TimeSpan.Zero, () => { })); });
                new Thread(() => loop.AddCallback(() => loop.AddHandler(socket, (fd, events) => { }, IOEvents.Read))).Start();
            }
        """);

    [Fact]
    public Task Loops_of_that_thread_and_calls_for_any_thread_are_not_reported() => Code.Reports<OtherThreadAnalyzer>(
        """
            void Use(IOLoop loop, Socket socket, Action<Action> unknown)
            {
                Task.Run(() => loop.AddCallback(() => loop.RemoveHandler(socket)));
                Task.Run(() => { using var own = new PollIOLoop(); own.CallLater(TimeSpan.Zero, own.Stop); own.Start(); });
                new Thread(() => { loop.CallLater(TimeSpan.Zero, loop.Stop); loop.Start(); }).Start();
                Task.Run(async () => { await loop.SwitchTo(); loop.RemoveHandler(socket); });
                Task.Run(() => { if (loop.IsOnLoopThread) loop.RemoveHandler(socket); });
                Task.Run(() => unknown(() => loop.RemoveHandler(socket)));
                Task.Run(async () => await loop.RemoveHandlerAsync(socket));
                loop.RemoveHandler(socket);
            }
        """);

    [Fact]
    public Task Calls_after_ConfigureAwait_false_are_reported() => Code.Reports<LeftThreadAnalyzer>(
        """
            void Use(IOLoop loop, IOLoop other, Socket socket)
            {
                loop.AddCallback(async () => { await Task.Delay(1).ConfigureAwait(false); {|IOL0004:loop.RemoveHandler(socket)|}; });
                loop.AddCallback(async () => { await Task.Delay(1).ConfigureAwait(ConfigureAwaitOptions.None); if (socket.Connected) { {|IOL0004:loop.RemoveHandler(socket)|}; } });
                loop.AddHandler(socket, OnReadyAsync, IOEvents.Read);
            }
            async Task OnReadyAsync(FileDescriptor fd, IOEvents events)
            {
                var loop = IOLoop.Current;
                var text = await File.ReadAllTextAsync("x").ConfigureAwait(false);
                {|IOL0004:loop.RemoveHandler(fd)|};
            }
        """);

    [Fact]
    public Task Calls_that_are_back_on_the_loop_or_never_left_are_not_reported() => Code.Reports<LeftThreadAnalyzer>(
        """
            async Task Use(IOLoop loop, IOLoop other, Socket socket)
            {
                loop.AddCallback(async () => { loop.RemoveHandler(socket); await Task.Delay(1).ConfigureAwait(false); });
                loop.AddCallback(async () => { await Task.Delay(1).ConfigureAwait(false); await loop.SwitchTo(); loop.RemoveHandler(socket); });
                loop.AddCallback(async () => { await Task.Delay(1).ConfigureAwait(true); loop.RemoveHandler(socket); });
                loop.AddCallback(async () => { await Task.Delay(1).ConfigureAwait(false); other.RemoveHandler(socket); });
                loop.AddCallback(async () => { if (socket.Connected) { await Task.Delay(1).ConfigureAwait(false); return; } loop.RemoveHandler(socket); });
                loop.AddCallback(async () => { await Task.Delay(1).ConfigureAwait(false); loop.AddCallback(() => loop.RemoveHandler(socket)); });
                await Task.Delay(1).ConfigureAwait(false);
                loop.RemoveHandler(socket);
            }
        """);
}
