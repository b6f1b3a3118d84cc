using IOLoops.Polling;
using Microsoft.Coyote.Specifications;
using Microsoft.Extensions.Logging.Abstractions;

namespace IOLoops.Coyote;

/// <summary>Whole loops in hosts of the tests' own, over poll(2) on descriptors of the tests' own, with the sleeper that belongs to it.</summary>
public static class HostedLoopTests
{
    public static void Callbacks_run_once_on_a_host_with_many_threads() => Callbacks(new ManyThreadsHost());

    public static void Callbacks_run_once_on_a_host_with_one_thread() => Callbacks(new OneThreadHost());

    public static void A_stop_ends_the_run_and_what_is_left_runs_in_the_next()
    {
        var loop = New(new ManyThreadsHost());
        var calls = new Calls();
        loop.Attach();
        Threads.Run(() => Post(loop, calls, 1), loop.Stop, () => Signal(loop, calls, 2));
        Threads.Settle();
        Specification.Assert(loop.Completion.IsCompletedSuccessfully, "the run was stopped, and continues");
        loop.Attach();
        Threads.Settle();
        calls.Verify(1, 2);
        End(loop);
    }

    public static void A_host_that_fails_ends_the_run()
    {
        var loop = New(new ManyThreadsHost(failsFrom: 2));
        var calls = new Calls();
        loop.Attach();
        Threads.Run(() => Post(loop, calls, 1), () => Signal(loop, calls, 2), loop.Stop);
        Threads.Settle();
        Specification.Assert(loop.Completion.IsCompleted, "the run has neither stopped nor failed");
        loop.Close();
    }

    public static void A_descriptor_that_becomes_ready_is_handled()
    {
        var loop = New(new OneThreadHost());
        int descriptor = Descriptors.Open();
        Receive(loop, descriptor, 2, loop.Stop);
        loop.Attach();
        Threads.Run(
            () =>
            {
                Descriptors.Send(descriptor);
                Descriptors.Send(descriptor);
            },
            () => loop.AddCallback(() => { }));
        Threads.Settle();
        Specification.Assert(loop.Completion.IsCompletedSuccessfully, "the run was stopped, and continues");
        loop.Close();
    }

    public static void A_descriptor_that_is_added_while_the_loop_sleeps_is_handled()
    {
        var loop = New(new OneThreadHost());
        int first = Descriptors.Open();
        int second = Descriptors.Open();
        loop.AddHandler(first, (_, _) => { }, IOEvents.Read);
        loop.Attach();
        Threads.Run(
            () => loop.AddCallback(() => Receive(loop, second, 1, loop.Stop)),
            () => Descriptors.Send(second));
        Threads.Settle();
        Specification.Assert(loop.Completion.IsCompletedSuccessfully, "the run was stopped, and continues");
        loop.Close();
    }

    private static void Callbacks(ILoopHost host)
    {
        var loop = New(host);
        var calls = new Calls();
        loop.Attach();
        Threads.Run(
            () =>
            {
                Post(loop, calls, 1);
                Post(loop, calls, 2);
            },
            () => Signal(loop, calls, 3),
            () => Post(loop, calls, 4));
        Threads.Settle();
        calls.Verify(1, 2, 3, 4);
        End(loop);
    }

    private static HostedIOLoop New(ILoopHost host) => new(
        host,
        // Time is none of a schedule's.
        new HostedIOLoopOptions { TurnBudget = null, LoggerFactory = NullLoggerFactory.Instance },
        static _ => new PollPoller<TestPollDescriptor>(static () => new TestWaker()));

    private static void Post(HostedIOLoop loop, Calls calls, int number) => loop.AddCallback(() => calls.Note(number));

    private static void Signal(HostedIOLoop loop, Calls calls, int number) => loop.AddCallbackFromSignal(() => calls.Note(number));

    private static void Receive(HostedIOLoop loop, int descriptor, int count, Action done) => loop.AddHandler(
        descriptor,
        (_, _) =>
        {
            if (Descriptors.TryReceive(descriptor) && --count == 0)
                done();
        },
        IOEvents.Read);

    private static void End(HostedIOLoop loop)
    {
        loop.Stop();
        Threads.Settle();
        Specification.Assert(loop.Completion.IsCompletedSuccessfully, "the run was stopped, and continues");
        loop.Close();
    }
}
