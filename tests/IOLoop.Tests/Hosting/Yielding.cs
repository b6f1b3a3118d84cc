using IOLoops.Conformance;

namespace IOLoops.Tests.Hosting;

/// <summary>Loops over hosts that serve what is posted before everything else.</summary>
internal static class TwoQueues
{
    internal static TwoQueueFixture Contexts(bool drains, bool givesWayAlways = false) => new(
        "a SynchronizationContext", drains, static (context, options) => new SynchronizationContextIOLoop(context, options), Budget(givesWayAlways));

    internal static TimeSpan? Budget(bool givesWayAlways) => givesWayAlways ? TimeSpan.Zero : new HostedIOLoopOptions().TurnBudget;
}

public sealed class A_context_of_two_queues() : LoopConformance(TwoQueues.Contexts(drains: false));

public sealed class A_context_that_drains_its_queue_and_gets_its_turn_after_each_one() : LoopConformance(TwoQueues.Contexts(drains: true, givesWayAlways: true));

public sealed class A_pumped_synchronization_context() : LoopConformance(new PumpedContextFixture());

public sealed class Yielding_to_two_queues() : YieldingConformance(TwoQueues.Contexts(drains: false));

public sealed class Yielding_to_a_queue_that_is_drained() : YieldingConformance(TwoQueues.Contexts(drains: true));
