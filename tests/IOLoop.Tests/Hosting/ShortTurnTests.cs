using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Hosting;

/// <summary>A post to a host costs more than a short turn, so a few of those share one.</summary>
public abstract class ShortTurnTests(PollerKind poller) : HostingHarness(poller)
{
    private const int CallsPerPost = 4;

    private StillHost _host = new();
    private readonly List<string> _calls = [];
    private HostedIOLoop? _loop;

    [Fact]
    public void A_descriptor_that_stays_ready_is_handled_a_few_times_in_a_post()
    {
        Attach(Budgetless(), _ => { });
        for (int posts = 1; posts <= 3; posts++)
        {
            _host.Waiting.ShouldBe(1);
            _host.RunOne();
            _calls.Count.ShouldBe(posts * CallsPerPost);
        }
    }

    [Fact]
    public void A_loop_that_has_handled_all_sleeps_behind_the_same_post()
    {
        Attach(Budgetless(), file => file.Drain());
        _host.RunOne();
        _calls.Count.ShouldBe(1);
        _host.Waiting.ShouldBe(0, "the loop sleeps");
    }

    [Fact]
    public void A_turn_that_makes_many_calls_is_the_only_one_of_its_post()
    {
        var loop = Budgetless();
        for (int i = 0; i < CallsPerPost; i++)
            loop.AddCallback(() => _calls.Add("callback"));
        Attach(loop, _ => { });
        _host.RunOne();
        _calls.Count(call => call == "handler").ShouldBe(1);
    }

    [Fact]
    public void What_a_handler_adds_runs_in_the_next_post_and_before_any_handler()
    {
        var loop = Budgetless();
        Attach(loop, _ => loop.AddCallback(() => _calls.Add("callback")));
        for (int posts = 0; posts < 3; posts++)
            _host.RunOne();
        _calls.ShouldBe(["handler", "callback", "handler", "callback", "handler"]);
    }

    [Fact]
    public void A_stop_ends_the_run_with_the_turn_that_it_came_in()
    {
        var loop = Budgetless();
        Attach(loop, _ =>
        {
            loop.CallLater(TimeSpan.Zero, () => _calls.Add("timeout")); // a second turn would run it
            loop.Stop();
        });
        _host.RunOne();
        _calls.Count.ShouldBe(1);
        loop.IsRunning.ShouldBeFalse();
    }

    [Fact]
    public void Other_work_of_the_host_comes_after_the_turn_that_has_used_up_the_budget()
    {
        var budget = TimeSpan.FromTicks(1);
        _host.IsBusy = true;
        Attach(Watched(new HostedIOLoop(_host, new HostedIOLoopOptions { Poller = Poller, TurnBudget = budget })), _ => Thread.SpinWait(1000));
        _host.RunOne();
        _calls.Count.ShouldBe(1);
        _host.Waiting.ShouldBe(1);
    }

    [Fact]
    public void A_call_that_takes_long_is_the_only_one_of_its_post()
    {
        Attach(Budgetless(), _ => _host.Pass(TimeSpan.FromMilliseconds(5)));
        for (int posts = 1; posts <= 3; posts++)
        {
            _host.RunOne();
            _calls.Count.ShouldBe(posts);
        }
    }

    [Fact]
    public void A_host_that_cannot_say_whether_it_has_other_work_gets_no_further_call()
    {
        var loop = Watched(new HostedIOLoop(_host, new HostedIOLoopOptions { Poller = Poller, LoggerFactory = Log, TurnBudget = TimeSpan.FromTicks(1) }));
        _host.Failure = new TestException("gone");
        Attach(loop, _ => Thread.SpinWait(1000));
        _host.RunOne();
        _calls.Count.ShouldBe(1);
        loop.IsRunning.ShouldBeFalse();
        Log.Entries.Count.ShouldBe(1);
    }

    [Fact]
    public void A_nested_run_ends_with_the_turn_that_sees_its_end()
    {
        _host = new PumpedStillHost();
        _loop = Budgetless();
        var files = Enumerable.Range(0, CallsPerPost + 1).Select(_ => NewEventFd()).ToList();
        var over = new TaskCompletionSource();
        int called = 0;
        for (int i = 0; i < files.Count; i++)
        {
            int number = i;
            _loop.AddHandler(files[i].Number, (_, _) =>
            {
                files[number].Drain();
                called++;
                if (number + 1 < files.Count)
                    files[number + 1].Signal(); // for the next turn
                if (number == 0)
                    over.SetResult();
            }, IOEvents.Read);
        }
        files[0].Signal();
        int calledInside = 0;
        _loop.AddCallback(() =>
        {
            _loop.RunSync(() => over.Task);
            calledInside = called;
        });
        _loop.Attach();
        _host.RunOne();
        calledInside.ShouldBe(2, "in the turn that ended the task, and in the next, which saw it");
    }

    protected override void Dispose(bool disposing)
    {
        _host.IsBusy = false;
        _loop?.Stop();
        _host.RunPosted();
        base.Dispose(disposing);
    }

    private HostedIOLoop Budgetless() => NewLoop(_host);

    private void Attach(HostedIOLoop loop, Action<EventFd> handle)
    {
        var file = NewEventFd();
        file.Signal();
        loop.AddHandler(file.Number, (_, _) =>
        {
            _calls.Add("handler");
            handle(file);
        }, IOEvents.Read);
        _loop = loop;
        loop.Attach();
    }
}
