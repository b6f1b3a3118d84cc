using Shouldly;
using Xunit;

namespace IOLoops.Conformance;

public abstract partial class LoopConformance
{
    // Row: WaitAsync on an fd with a handler
    // Row: Nested turns (an interrupted batch is finished by the nested turn)
    [Fact]
    public void A_wait_that_is_over_with_another_one_is_told_in_a_run_nested_in_what_goes_on_after_that()
    {
        SkipUnless(Fixture.IsPumpable, "its host cannot be pumped");
        var sockets = NewSocketPair();
        Descriptors.Write(sockets.Right, 1);
        int ended = 0;
        var second = new TaskCompletionSource();
        async Task WaitAsync(IOEvents events)
        {
            await Loop.WaitAsync(sockets.Left, events).ConfigureAwait(false); // resumes inside the turn
            if (++ended == 1)
                Loop.RunSync(() => second.Task, Patience);
            else
                second.SetResult();
        }
        InLoop("both waits", () => Task.WhenAll(WaitAsync(IOEvents.Read), WaitAsync(IOEvents.Write)));
        ended.ShouldBe(2);
    }

    [Fact]
    public void A_descriptor_with_a_handler_cannot_be_waited_for()
    {
        var counter = NewEventFd(signalled: true);
        int calls = 0;
        Loop.AddHandler(counter.Number, (_, _) => calls++, IOEvents.Read);
        At(1, () => ThrowsAtOnce<InvalidOperationException>(() => Loop.WaitAsync(counter.Number, IOEvents.Write).AsTask())
            .Message.ShouldContain($"{counter.Number}"));
        RunTurns(2);
        calls.ShouldBe(2);
    }

    [Fact]
    public void A_wait_ends_with_what_the_descriptor_is_ready_for()
    {
        var pipe = NewPipe();
        InLoop("a pipe to become readable", async () =>
        {
            var wait = Loop.WaitAsync(pipe.ReadEnd, IOEvents.Read).AsTask();
            await Turns(3);
            wait.IsCompleted.ShouldBeFalse();
            pipe.Send();
            (await wait).ShouldBe(IOEvents.Read);
            Loop.IsOnLoopThread.ShouldBeTrue();
            (await Loop.WaitAsync(pipe.WriteEnd, IOEvents.Write)).ShouldBe(IOEvents.Write);
        });
    }

    [Fact]
    public void A_wait_fires_once_and_may_be_begun_again()
    {
        var pipe = NewPipe();
        pipe.Send();
        InLoop("ten waits, one after another", async () =>
        {
            for (int i = 0; i < 10; i++)
                (await Loop.WaitAsync(pipe.ReadEnd, IOEvents.Read)).ShouldBe(IOEvents.Read);
            int calls = 0;
            Loop.AddHandler(pipe.ReadEnd, (_, _) => calls++, IOEvents.Read);
            await Turns(3);
            calls.ShouldBeGreaterThan(0);
        });
    }

    [Fact]
    public void A_reader_and_a_writer_may_wait_for_one_descriptor()
    {
        var sockets = NewSocketPair();
        InLoop("a reader and a writer of one socket", async () =>
        {
            var reader = Loop.WaitAsync(sockets.Left, IOEvents.Read).AsTask();
            var writer = Loop.WaitAsync(sockets.Left, IOEvents.Write).AsTask();
            (await Within(writer)).ShouldBe(IOEvents.Write);
            await Turns(3);
            reader.IsCompleted.ShouldBeFalse();
            Descriptors.Write(sockets.Right);
            (await Within(reader)).ShouldBe(IOEvents.Read);
        });
    }

    [Fact]
    public void A_writer_may_begin_to_wait_while_a_reader_waits()
    {
        var sockets = NewSocketPair();
        InLoop("a reader and two writers of one socket", async () =>
        {
            var reader = Loop.WaitAsync(sockets.Left, IOEvents.Read).AsTask();
            for (int i = 0; i < 3; i++)
            {
                (await Loop.WaitAsync(sockets.Left, IOEvents.Write)).ShouldBe(IOEvents.Write);
                await Turns(1);
            }
            reader.IsCompleted.ShouldBeFalse();
            Descriptors.Write(sockets.Right);
            await Within(reader);
        });
    }

    [Fact]
    public void A_hang_up_ends_every_wait()
    {
        var sockets = NewSocketPair();
        InLoop("a hang-up to end waits", async () =>
        {
            var reader = Loop.WaitAsync(sockets.Left, IOEvents.Read).AsTask();
            var nobody = Loop.WaitAsync(sockets.Left, IOEvents.None).AsTask();
            await Turns(2);
            nobody.IsCompleted.ShouldBeFalse();
            Descriptors.Close(sockets.Right);
            ((await Within(reader)) & IOEvents.Error).ShouldNotBe(IOEvents.None);
            ((await Within(nobody)) & IOEvents.Error).ShouldNotBe(IOEvents.None);
        });
    }

    [Fact]
    public void A_cancelled_wait_frees_its_descriptor()
    {
        var counter = NewEventFd();
        using var cancellation = new CancellationTokenSource();
        int calls = 0;
        InLoop("a cancelled wait", async () =>
        {
            var wait = Loop.WaitAsync(counter.Number, IOEvents.Read, cancellation.Token).AsTask();
            await Turns(2);
            await cancellation.CancelAsync();
            (await Should.ThrowAsync<OperationCanceledException>(Within(wait))).CancellationToken.ShouldBe(cancellation.Token);
            Loop.IsOnLoopThread.ShouldBeTrue();
            Loop.AddHandler(counter.Number, (_, _) => calls++, IOEvents.Read);
            counter.Signal();
            await Turns(3);
        });
        calls.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void A_wait_cancelled_from_another_thread_resumes_on_the_loop()
    {
        var pipe = NewPipe();
        InLoop("waits cancelled from another thread", async () =>
        {
            for (int i = 0; i < 20; i++)
            {
                using var cancellation = new CancellationTokenSource();
                var wait = Loop.WaitAsync(pipe.ReadEnd, IOEvents.Read, cancellation.Token);
                var other = OtherThread.Start(cancellation.Cancel);
                try
                {
                    await wait;
                    Assert.Fail("Nothing was sent.");
                }
                catch (OperationCanceledException)
                {
                    Loop.IsOnLoopThread.ShouldBeTrue();
                }
                other.Join();
            }
        });
    }

    [Fact]
    public void A_wait_that_is_cancelled_already_registers_nothing()
    {
        var counter = NewEventFd(signalled: true);
        int calls = 0;
        InLoop(() =>
        {
            var wait = Loop.WaitAsync(counter.Number, IOEvents.Read, new CancellationToken(canceled: true)).AsTask();
            wait.IsCanceled.ShouldBeTrue();
            Loop.AddHandler(counter.Number, (_, _) => calls++, IOEvents.Read);
        });
        RunTurns(1);
        calls.ShouldBe(1);
    }

    [Fact]
    public void Cancelling_one_wait_leaves_the_other()
    {
        var sockets = NewSocketPair();
        using var cancellation = new CancellationTokenSource();
        InLoop("one wait of two to be cancelled", async () =>
        {
            var reader = Loop.WaitAsync(sockets.Left, IOEvents.Read).AsTask();
            var other = Loop.WaitAsync(sockets.Left, IOEvents.None, cancellation.Token).AsTask();
            await cancellation.CancelAsync();
            await Should.ThrowAsync<OperationCanceledException>(Within(other));
            reader.IsCompleted.ShouldBeFalse();
            Descriptors.Write(sockets.Right);
            (await Within(reader)).ShouldBe(IOEvents.Read);
        });
    }

    [Fact]
    public void A_token_cancelled_after_the_wait_has_ended_does_nothing()
    {
        var pipe = NewPipe();
        using var cancellation = new CancellationTokenSource();
        pipe.Send();
        InLoop("a wait that ended before its token", async () =>
        {
            await Loop.WaitAsync(pipe.ReadEnd, IOEvents.Read, cancellation.Token);
            pipe.Drain();
            var next = Loop.WaitAsync(pipe.ReadEnd, IOEvents.Read).AsTask();
            await cancellation.CancelAsync();
            await Turns(3);
            next.IsCompleted.ShouldBeFalse();
            pipe.Send();
            await Within(next);
        });
    }

    [Fact]
    public void Removing_a_descriptor_cancels_the_waits_on_it()
    {
        var sockets = NewSocketPair();
        InLoop("waits on a removed descriptor", async () =>
        {
            var reader = Loop.WaitAsync(sockets.Left, IOEvents.Read).AsTask();
            var other = Loop.WaitAsync(sockets.Left, IOEvents.None).AsTask();
            Loop.RemoveHandler(sockets.Left);
            await Should.ThrowAsync<OperationCanceledException>(Within(reader));
            await Should.ThrowAsync<OperationCanceledException>(Within(other));
            Descriptors.Write(sockets.Right);
            (await Loop.WaitAsync(sockets.Left, IOEvents.Read)).ShouldBe(IOEvents.Read);
        });
    }

    [Fact]
    public void A_failed_wait_registers_nothing()
    {
        var counter = NewEventFd(signalled: true);
        int calls = 0;
        InLoop("a refused wait", async () =>
        {
            ThrowsAtOnce<ArgumentException>(() => Loop.WaitAsync(counter.Number, (IOEvents)0x40).AsTask());
            Loop.AddHandler(counter.Number, (_, _) => calls++, IOEvents.Read);
            await Turns(2);
        });
        calls.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void A_regular_file_can_be_waited_for()
    {
        int fd = OpenTemporaryFile();
        InLoop("a regular file", async () =>
        {
            for (int i = 0; i < 3; i++)
                (await Loop.WaitAsync(fd, IOEvents.Read | IOEvents.Write)).ShouldBe(IOEvents.Read | IOEvents.Write);
        });
    }

    [Fact]
    public void Waits_of_many_descriptors_are_independent()
    {
        var pipes = Enumerable.Range(0, 50).Select(_ => NewPipe()).ToArray();
        InLoop("fifty waits", async () =>
        {
            var waits = pipes.Select(pipe => Loop.WaitAsync(pipe.ReadEnd, IOEvents.Read).AsTask()).ToArray();
            for (int i = 49; i >= 0; i--)
            {
                waits[i].IsCompleted.ShouldBeFalse();
                pipes[i].Send();
                (await Within(waits[i])).ShouldBe(IOEvents.Read);
            }
        });
    }
}
