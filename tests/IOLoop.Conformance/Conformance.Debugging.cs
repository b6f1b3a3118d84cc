using System.Globalization;
using Shouldly;
using Xunit;

namespace IOLoops.Conformance;

public abstract partial class LoopConformance
{
    [Fact]
    public void A_loop_in_words_says_its_kind_its_state_and_what_it_has()
    {
        var loop = NewLoop(new IOLoopOptions { Name = "orders" });
        loop.ToString().ShouldStartWith($"orders: {loop.GetType().Name} over ");
        loop.ToString().ShouldEndWith(", stopped, 0 descriptors, 0 timeouts, 0 callbacks queued");
        loop.AddHandler(NewEventFd().Number, (_, _) => { }, IOEvents.Read);
        loop.CallLater(Hour, () => { });
        loop.CallLater(Hour, () => { });
        string? running = null;
        loop.AddCallback(() =>
        {
            running = loop.ToString();
            loop.Stop();
        });
        loop.ToString().ShouldEndWith(", stopped, 1 descriptor, 2 timeouts, 1 callback queued");
        Run(loop, "a callback");
        running.ShouldNotBeNull().ShouldContain(", running, 1 descriptor, 2 timeouts, 0 callbacks queued");
        loop.Close();
        loop.ToString().ShouldEndWith(", closed, 0 descriptors, 0 timeouts, 0 callbacks queued");
    }

    [Fact]
    public void A_dump_lists_descriptors_with_their_handlers_and_objects_and_the_next_timeouts()
    {
        var ready = NewEventFd();
        using var handle = new DescriptorHandle(NewPipe().ReadEnd);
        int waited = NewEventFd().Number;
        Loop.AddHandler(ready.Number, OnDumped, IOEvents.Read | IOEvents.Write);
        Loop.AddHandler(handle, OnDumpedAsync, IOEvents.Read);
        _ = Loop.WaitAsync(waited, IOEvents.Read).AsTask();
        Loop.CallLater(Hour * 2, OnLater);
        Loop.CallLater(Hour, OnSoon);
        string dump = "";
        InLoop(() => dump = Dump());
        string[] lines = dump.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
        lines[0].ShouldBe(lines[0].Trim());
        string name = typeof(LoopConformance).FullName!;
        LineOf(ready.Number).ShouldContain($"Read, Write  {name}.{nameof(OnDumped)}");
        LineOf((int)handle.DangerousGetHandle()).ShouldContain($"{name}.{nameof(OnDumpedAsync)}  ({nameof(DescriptorHandle)})");
        LineOf(waited).ShouldContain("WaitAsync");
        int soon = Array.FindIndex(lines, line => line.Contains(nameof(OnSoon), StringComparison.Ordinal));
        lines[soon].ShouldContain(" s ");
        lines[soon + 1].ShouldContain(nameof(OnLater));

        string LineOf(int fd) => lines.Single(line => line.TrimStart().StartsWith($"{fd} ", StringComparison.Ordinal));
    }

    [Fact]
    public void A_dump_from_another_thread_tells_what_a_loop_is_stuck_in()
    {
        var ready = NewEventFd(signalled: true);
        using var reported = new ManualResetEventSlim();
        string dump = "";
        Loop.SetBlockingSignalThreshold(BlockingThreshold, _ =>
        {
            dump = Dump();
            reported.Set();
        });
        IOHandler handler = (fd, _) =>
        {
            Bounded.Await(reported, "the report of a handler that blocks");
            Loop.RemoveHandler(fd);
            Loop.Stop();
        };
        Loop.AddHandler(ready.Number, handler, IOEvents.Read);
        Run("a handler that blocks");
        dump.ShouldContain($"is in {typeof(LoopConformance).FullName}");
        dump.ShouldContain($"the handler of file descriptor {ready.Number}");
        dump.ShouldContain("is being called");
    }

    [Fact]
    public void Dumps_from_another_thread_do_not_disturb_a_busy_loop()
    {
        int fd = NewEventFd(signalled: true).Number;
        bool over = false;
        var dumping = OtherThread.Start(() =>
        {
            for (int i = 0; i < 200; i++)
                Dump().ShouldNotBeEmpty();
            Volatile.Write(ref over, true);
            Loop.Stop();
        });
        Loop.AddCallback(Change);
        Run("two hundred dumps");
        dumping.Join();

        void Change()
        {
            Loop.AddHandler(fd, OnDumped, IOEvents.Read);
            for (int i = 0; i < 100; i++)
                Loop.CallLater(TimeSpan.FromTicks(i), OnSoon);
            Loop.AddCallback(static _ => { }, 1);
            Loop.AddCallbackFromSignal(OnSoon);
            Loop.RemoveHandler(fd);
            if (!Volatile.Read(ref over))
                Loop.AddCallback(Change);
        }
    }

    private static void OnDumped(FileDescriptor fd, IOEvents events)
    {
    }

    private static Task OnDumpedAsync(FileDescriptor fd, IOEvents events) => Task.CompletedTask;

    private static void OnSoon()
    {
    }

    private static void OnLater()
    {
    }

    private string Dump()
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        Loop.DumpState(text);
        return text.ToString();
    }
}
