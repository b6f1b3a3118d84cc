using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Hosting;

/// <summary>The host ends under a loop that no thread waits for.</summary>
public abstract class LostHostTests(PollerKind poller) : HostingHarness(poller)
{
    [Fact]
    public void The_next_callback_ends_a_loop_whose_idle_host_has_gone()
    {
        var host = NewHost();
        var loop = Attached(host);
        host.Dispose();
        loop.IsRunning.ShouldBeTrue("the end cannot have been noticed yet");
        int ran = 0;
        loop.AddCallback(() => ran++);
        loop.IsRunning.ShouldBeFalse();
        loop.AddCallback(() => ran++);
        ShouldBeLoggedOnce();
        loop.Close();
        ran.ShouldBe(0);
        Log.Entries.ShouldContain(entry => entry.Message.Contains("never ran", StringComparison.Ordinal) && entry.Counts(2));
        Should.Throw<ObjectDisposedException>(() => loop.AddCallback(() => ran++));
    }

    [Fact]
    public void Data_ends_a_loop_whose_idle_host_has_gone_and_its_handler_runs_nowhere()
    {
        var host = NewHost();
        var loop = NewLoop(host);
        var pipe = NewPipe();
        int ran = 0;
        loop.AddHandler(pipe.ReadEnd, (_, _) => Interlocked.Increment(ref ran), IOEvents.Read);
        loop.Attach();
        Settle(host);
        host.Dispose();
        pipe.Send();
        Until(() => !loop.IsRunning, "the loop has ended");
        ran.ShouldBe(0);
        ShouldBeLoggedOnce();
        loop.RemoveHandler(pipe.ReadEnd);
    }

    [Fact]
    public void A_stop_ends_a_loop_whose_turn_was_dropped()
    {
        var host = NewHost();
        var loop = Attached(host);
        int ran = 0;
        DropTurn(host, () => loop.AddCallback(() => ran++));
        loop.AddCallback(() => ran++);
        loop.IsRunning.ShouldBeTrue("the host dropped the turn without a word");
        Should.Throw<InvalidOperationException>(() => loop.Close());
        loop.Stop();
        loop.IsRunning.ShouldBeFalse();
        ShouldBeLoggedOnce();
        loop.Close();
        ran.ShouldBe(0);
        Log.Entries.ShouldContain(entry => entry.Message.Contains("never ran", StringComparison.Ordinal) && entry.Counts(2));
    }

    [Fact]
    public void Data_behind_a_dropped_turn_runs_no_handler()
    {
        var host = NewHost();
        var loop = NewLoop(host);
        var pipe = NewPipe();
        int ran = 0;
        loop.AddHandler(pipe.ReadEnd, (_, _) => ran++, IOEvents.Read);
        loop.Attach();
        Settle(host);
        DropTurn(host, () => loop.AddCallback(() => ran++));
        pipe.Send();
        loop.Stop();
        Until(() => !loop.IsRunning, "the loop has ended");
        ran.ShouldBe(0);
        ShouldBeLoggedOnce();
    }

    [Fact]
    public void A_host_that_ends_inside_a_handler_ends_the_loop_with_that_post()
    {
        var host = NewHost();
        var loop = NewLoop(host);
        Pipe one = NewPipe(), other = NewPipe();
        var threads = new List<Thread>();
        foreach (var pipe in new[] { one, other })
        {
            pipe.Send();
            loop.AddHandler(pipe.ReadEnd, (_, _) => EndInside(host, threads), IOEvents.Read);
        }
        AttachToDoomed(loop);
        Until(() => !loop.IsRunning, "the loop has ended");
        threads.Count.ShouldBeInRange(2, 4, "what was reported with it is still handled, and what a short turn in the same post finds");
        threads.Distinct().Count().ShouldBe(1);
        ShouldBeLoggedOnce();
    }

    [Fact]
    public void A_host_that_ends_inside_a_callback_with_a_timeout_to_come_ends_the_loop_with_that_turn()
    {
        var host = NewHost();
        var loop = NewLoop(host);
        var ran = new List<Thread>();
        loop.AddCallback(() =>
        {
            EndInside(host, ran);
            loop.AddCallback(() => ran.Add(Thread.CurrentThread));
        });
        AttachToDoomed(loop);
        Until(() => !loop.IsRunning, "the loop has ended");
        ran.Count.ShouldBe(1);
        ShouldBeLoggedOnce();
    }

    [Fact]
    public void A_stop_and_the_host_s_end_in_one_turn_end_the_loop()
    {
        var host = NewHost();
        var loop = NewLoop(host);
        loop.AddCallback(() =>
        {
            loop.Stop();
            host.End();
            loop.Stop();
        });
        AttachToDoomed(loop);
        Until(() => !loop.IsRunning, "the loop has ended");
    }

    [Fact]
    public void A_loop_is_not_attached_to_a_host_that_has_gone()
    {
        var host = NewHost();
        host.Dispose();
        var loop = NewLoop(host);
        Should.Throw<InvalidOperationException>(loop.Attach).Message.ShouldContain("gone");
        loop.IsRunning.ShouldBeFalse();
        ShouldBeLoggedOnce();
        Should.Throw<InvalidOperationException>(loop.Attach);
        Should.Throw<InvalidOperationException>(() => loop.RunSync(() => { }));
        loop.Close();
    }

    [Fact]
    public void Many_threads_that_find_the_host_gone_at_once_agree()
    {
        for (int round = 0; round < 200; round++)
        {
            using var log = new CollectingLoggerFactory();
            var host = NewHost();
            var loop = Watched(new HostedIOLoop(host, new HostedIOLoopOptions { Poller = Poller, LoggerFactory = log }));
            var file = NewEventFd();
            int ran = 0;
            int accepted = 0;
            loop.AddHandler(file.Number, (_, _) => file.Drain(), IOEvents.Read);
            loop.Attach();
            var posters = Enumerable.Range(0, 3).Select(_ => OtherThread.Start(() =>
            {
                for (int i = 0; i < 50; i++)
                {
                    loop.AddCallback(() => ran++);
                    Interlocked.Increment(ref accepted);
                    file.Signal();
                }
            })).ToList();
            Thread.SpinWait(round * 20);
            host.Dispose();
            posters.ForEach(poster => poster.Join());
            loop.Stop();
            Until(() => !loop.IsRunning, "the loop has ended");
            loop.Close();
            log.Entries.Count(IsLoss).ShouldBeLessThanOrEqualTo(1);
            (ran + Dropped(log)).ShouldBe(accepted, $"round {round}");
        }
    }

    [Fact]
    public void Whoever_waits_for_a_removal_goes_on_when_the_host_has_gone()
    {
        var host = NewHost();
        var loop = NewLoop(host);
        var file = NewEventFd();
        Task removed = Task.CompletedTask;
        loop.AddHandler(file.Number, (_, _) => { }, IOEvents.Read);
        loop.AddCallback(() =>
        {
            OtherThread.Run(() => removed = loop.RemoveHandlerAsync(file.Number).AsTask());
            host.End();
        });
        AttachToDoomed(loop);
        Await(removed, "the removal");
        loop.Stop();
    }

    /// <summary>Has the host drop a turn that waits.</summary>
    private void DropTurn(StrictHost host, Action post)
    {
        var release = Hold(host);
        post();
        host.End();
        release.Set();
        host.Dispose();
    }

    /// <summary>The host may have gone before this returns, which it then says.</summary>
    private static void AttachToDoomed(HostedIOLoop loop)
    {
        if (Record.Exception(loop.Attach) is { } failure)
            failure.ShouldBeOfType<InvalidOperationException>();
    }

    private static void EndInside(StrictHost host, List<Thread> ran)
    {
        ran.Add(Thread.CurrentThread);
        host.End();
    }

    private void ShouldBeLoggedOnce() => Log.Entries.Count(IsLoss).ShouldBe(1);

    private static bool IsLoss(LogEntry entry) => entry.Message.Contains("has stopped", StringComparison.Ordinal);

    private static int Dropped(CollectingLoggerFactory log) => log.Entries
        .Where(entry => entry.Message.Contains("never ran", StringComparison.Ordinal))
        .Sum(entry => int.Parse(entry.Message.Split("closed: ")[1].Split(' ')[0]));
}
