using IOLoops.Conformance;
using IOLoops.Polling;
using Shouldly;
using Xunit;

namespace IOLoops.Tests;

public abstract partial class NativeTests
{
    // Row: A dup keeps a closed fd's description alive (what is stale is no ghost)
    [Fact]
    public void An_event_of_a_handler_that_its_batch_has_removed_is_not_taken_for_a_ghost()
    {
        SkipUnless(Loop.Core!.Poller is EpollPoller, "only a set of the kernel's has ghosts");
        var files = new[] { NewEventFd(signalled: true), NewEventFd(signalled: true) };
        int calls = 0;
        foreach (var file in files)
        {
            var other = file == files[0] ? files[1] : files[0];
            Loop.AddHandler(file.Number, (_, _) =>
            {
                calls++;
                Loop.RemoveHandler(other.Number);
            }, IOEvents.Read);
        }
        RunTurns(2);
        calls.ShouldBe(2, "the first of the batch, twice");
        ((EpollPoller)Loop.Core.Poller).SetVersion.ShouldBe(0, "the set was rebuilt for nothing");
    }
}
