using IOLoops.Conformance;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Hosting;

/// <summary>The suite finds the worst faults that a host can have, and says what to do.</summary>
public sealed class BadHostTests
{
    [Fact]
    public void A_host_of_two_threads_that_claims_one_is_found_out_with_one_clear_message()
    {
        using var suite = new Suite(new BadHosts.Fixture<BadHosts.TwoThreads>(() => new BadHosts.TwoThreads()));
        var failure = Should.Throw<ShouldAssertException>(suite.Callbacks_timeouts_handlers_and_awaits_run_on_the_loop_s_thread);
        failure.Message.ShouldContain("says that it has a thread of its own");
        failure.Message.ShouldContain("its turns ran on 2 threads");
        failure.Message.ShouldContain("HasOwnThread");
    }

    [Fact]
    public void A_host_whose_thread_keeps_its_maker_s_context_is_told_how_to_start_it()
    {
        using var suite = new Suite(new BadHosts.Fixture<BadHosts.StartedThread>(() => new BadHosts.StartedThread()));
        var failure = Should.Throw<ShouldAssertException>(suite.The_context_of_what_has_run_is_collectable);
        failure.Message.ShouldContain("UnsafeStart");
    }

    private sealed class Suite(LoopFixture fixture) : LoopConformance(fixture);
}
