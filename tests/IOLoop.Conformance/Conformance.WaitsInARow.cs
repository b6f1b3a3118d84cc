using System.Net.Sockets;
using Shouldly;
using Xunit;

namespace IOLoops.Conformance;

/// <summary>A registration outlives its wait until the code that waited has resumed. Nobody but a wait for the same file may notice.</summary>
public abstract partial class LoopConformance
{
    // Row: WaitAsync
    [Theory, InlineData("handle"), InlineData("number"), InlineData("socket")]
    public void What_waits_again_as_it_resumes_is_told_each_time(string kind)
    {
        var pipe = NewPipe();
        var fd = Own(new WaitedFile(pipe.ReadEnd, kind)).Descriptor;
        int ended = 0;
        async Task WaitAsync()
        {
            while (ended < 3)
            {
                (await Loop.WaitAsync(fd, IOEvents.Read).ConfigureAwait(false)).ShouldBe(IOEvents.Read);
                pipe.Drain();
                ended++;
            }
        }
        InLoop("three waits", async () =>
        {
            var waits = WaitAsync();
            for (int i = 1; i <= 3; i++)
            {
                await Turns(2);
                ended.ShouldBe(i - 1);
                pipe.Send();
                await Turns(3);
                ended.ShouldBe(i);
            }
            await waits;
        });
    }

    // Row: WaitAsync
    [Fact]
    public void What_waits_for_other_events_as_it_resumes_is_told_of_those_alone()
    {
        var sockets = NewSocketPair();
        using var handle = new DescriptorHandle(Descriptors.Duplicate(sockets.Left));
        var ends = new List<IOEvents>();
        async Task WaitAsync()
        {
            ends.Add(await Loop.WaitAsync(handle, IOEvents.Write).ConfigureAwait(false));
            ends.Add(await Loop.WaitAsync(handle, IOEvents.Read).ConfigureAwait(false));
            ends.Add(await Loop.WaitAsync(handle, IOEvents.Read | IOEvents.Write).ConfigureAwait(false));
        }
        InLoop("waits for different events", async () =>
        {
            var waits = WaitAsync();
            await Turns(4);
            ends.ShouldBe([IOEvents.Write]);
            Descriptors.Write(sockets.Right);
            await Within(waits);
            ends.ShouldBe([IOEvents.Write, IOEvents.Read, IOEvents.Read | IOEvents.Write]);
        });
    }

    // Row: WaitAsync; SafeHandle given
    [Fact]
    public void What_waits_by_number_as_a_wait_for_its_handle_resumes_does_not_hold_the_handle()
    {
        var counter = NewEventFd(signalled: true);
        bool closed = false;
        var handle = new HookedHandle(Descriptors.Duplicate(counter.Number), () => closed = true);
        async Task WaitAsync()
        {
            await Loop.WaitAsync(handle, IOEvents.Read).ConfigureAwait(false);
            counter.Drain();
            await Loop.WaitAsync(handle.Number, IOEvents.Read).ConfigureAwait(false);
        }
        InLoop("a wait by number", async () =>
        {
            var waits = WaitAsync();
            await Turns(4);
            handle.Dispose();
            await Turns(2);
            closed.ShouldBeTrue();
            Loop.RemoveHandler(handle.Number);
            await Should.ThrowAsync<OperationCanceledException>(Within(waits));
        });
    }

    // Row: WaitAsync on an fd with a handler
    [Theory, InlineData("add"), InlineData("update"), InlineData("remove"), InlineData("remove and wait")]
    public void To_what_resumes_after_a_wait_its_descriptor_is_free(string call)
    {
        var counter = NewEventFd(signalled: true);
        using var handle = new DescriptorHandle(Descriptors.Duplicate(counter.Number));
        int calls = 0;
        async Task WaitAsync()
        {
            await Loop.WaitAsync(handle, IOEvents.Read).ConfigureAwait(false);
            switch (call)
            {
                case "add":
                    Loop.AddHandler(handle, (_, _) => calls++, IOEvents.Read);
                    break;
                case "update":
                    Should.Throw<InvalidOperationException>(() => Loop.UpdateHandler(handle, IOEvents.Read));
                    break;
                case "remove":
                    Loop.RemoveHandler(handle);
                    break;
                default:
                    Loop.RemoveHandler(handle);
                    await Loop.WaitAsync(handle, IOEvents.Read).ConfigureAwait(false);
                    calls++;
                    break;
            }
        }
        InLoop("a wait", async () =>
        {
            await Within(WaitAsync());
            await Turns(2);
            (calls > 0).ShouldBe(call is "add" or "remove and wait");
            if (call == "add")
                Loop.RemoveHandler(handle);
        });
    }

    // Row: Number reused after a close without RemoveHandler
    [Theory, InlineData("handle"), InlineData("number")]
    public void What_resumes_after_a_wait_may_give_the_number_to_another_file(string kind)
    {
        var counter = NewEventFd(signalled: true);
        var other = NewEventFd();
        int number = Descriptors.Duplicate(counter.Number);
        var file = new DescriptorHandle(number);
        bool toldOfOther = false;
        async Task WaitAsync()
        {
            await Loop.WaitAsync(kind == "handle" ? file : number, IOEvents.Read).ConfigureAwait(false);
            Descriptors.Replace(number, other.Number);
            file.SetHandleAsInvalid();
            file = new DescriptorHandle(number);
            await Loop.WaitAsync(kind == "handle" ? file : number, IOEvents.Read).ConfigureAwait(false);
            toldOfOther = true;
        }
        InLoop("a wait for another file", async () =>
        {
            var waits = WaitAsync();
            await Turns(4);
            toldOfOther.ShouldBeFalse("what is ready is the old file");
            other.Signal();
            await Within(waits);
        });
        file.Dispose();
    }

    // Row: Number reused after a close without RemoveHandler
    [Fact]
    public void What_resumes_after_a_wait_may_give_the_number_of_the_same_handle_to_another_file()
    {
        var counter = NewEventFd(signalled: true);
        var other = NewEventFd();
        using var handle = new DescriptorHandle(Descriptors.Duplicate(counter.Number));
        bool toldOfOther = false;
        async Task WaitAsync()
        {
            await Loop.WaitAsync(handle, IOEvents.Read).ConfigureAwait(false);
            Descriptors.Close(handle.Number); // the kernel forgets it without a word
            Descriptors.Replace(handle.Number, other.Number);
            await Loop.WaitAsync(handle, IOEvents.Read).ConfigureAwait(false);
            toldOfOther = true;
        }
        InLoop("a wait for another file", async () =>
        {
            var waits = WaitAsync();
            await Turns(4);
            toldOfOther.ShouldBeFalse("what is ready is the old file");
            other.Signal();
            await Within(waits);
        });
    }

    // Row: Close while registered
    [Fact]
    public void A_handle_that_is_closed_as_its_wait_resumes_is_closed()
    {
        var counter = NewEventFd(signalled: true);
        var handle = new DescriptorHandle(Descriptors.Duplicate(counter.Number));
        async Task WaitAsync()
        {
            await Loop.WaitAsync(handle, IOEvents.Read).ConfigureAwait(false);
            handle.Dispose();
        }
        InLoop("a wait", async () =>
        {
            await Within(WaitAsync());
            await Turns(2);
            Descriptors.IsOpen(handle.Number).ShouldBeFalse();
        });
    }

    // Row: Close while registered
    [Fact]
    public void A_socket_that_is_closed_as_its_wait_resumes_is_not_waited_for_again()
    {
        var sockets = NewSocketPair();
        var socket = new SafeSocketHandle(Descriptors.Duplicate(sockets.Left), ownsHandle: true);
        async Task WaitAsync()
        {
            FileDescriptor fd = socket;
            await Loop.WaitAsync(fd, IOEvents.Write).ConfigureAwait(false);
            socket.Dispose();
            await Should.ThrowAsync<ObjectDisposedException>(async () => await Loop.WaitAsync(fd, IOEvents.Write).ConfigureAwait(false));
        }
        InLoop("a wait", () => Within(WaitAsync()));
    }

    // Row: Nested turns
    [Fact]
    public void A_turn_nested_in_what_resumes_after_a_wait_does_not_take_its_descriptor_for_a_ghost_or_spin()
    {
        SkipUnless(Fixture.IsPumpable, "its host cannot be pumped");
        var counter = NewEventFd(signalled: true);
        using var handle = new DescriptorHandle(Descriptors.Duplicate(counter.Number));
        async Task WaitAsync()
        {
            await Loop.WaitAsync(handle, IOEvents.Read).ConfigureAwait(false); // it stays readable
            Loop.RunSync(() => Turns(5), Patience);
            (await Loop.WaitAsync(handle, IOEvents.Read).ConfigureAwait(false)).ShouldBe(IOEvents.Read);
        }
        InLoop("waits around nested turns", () => Within(WaitAsync()));
    }

    // Row: Memory
    [Fact]
    public void A_descriptor_that_nobody_waits_for_again_is_forgotten()
    {
        var counter = NewEventFd(signalled: true);
        using var handle = new DescriptorHandle(Descriptors.Duplicate(counter.Number));
        InLoop("a wait", async () =>
        {
            await Loop.WaitAsync(handle, IOEvents.Read);
            await Turns(1);
            using var state = new StringWriter();
            Loop.DumpState(state);
            state.ToString().ShouldContain(" 0 descriptors");
        });
    }
}
