namespace IOLoops.Conformance;

/// <summary>
/// Tests that no loop can honour on Windows, by method name. (Those that ask for a pipe's file, a duplicate or a regular
/// file skip themselves where they ask.)
/// </summary>
internal static class WindowsExceptions
{
    private const string OrderlyEnd = "Windows: pairs of TCP sockets stand for pipes, and the end of one is an orderly end, no error, to its reader";

    internal static IReadOnlyDictionary<string, string> Reasons { get; } = new Dictionary<string, string>
    {
        [nameof(LoopConformance.A_hang_up_adds_the_error_bits_and_nothing_else)] = OrderlyEnd,
        [nameof(LoopConformance.A_hang_up_during_the_rest_is_reported_after_it)] = OrderlyEnd,
        [nameof(LoopConformance.A_hang_up_ends_every_wait)] = OrderlyEnd,
        [nameof(LoopConformance.A_pipe_without_writers_hangs_up_for_its_reader)] = OrderlyEnd,
        [nameof(LoopConformance.The_events_of_a_cancelled_wait_do_not_keep_the_loop_awake_while_another_one_waits)] =
            "Windows: a pair of TCP sockets that was filled is writable again as soon as the peer's buffer has taken some",
        [nameof(LoopConformance.An_await_that_resumes_on_the_loop_allocates_nothing)] =
            "Windows: each await allocates 24 bytes under Wine, on every loop alike; what allocates them is not known yet",
        [nameof(LoopConformance.A_signal_that_cannot_be_handled_is_refused)] = "Windows: there is no signal that it knows and that cannot be handled",
    };
}
