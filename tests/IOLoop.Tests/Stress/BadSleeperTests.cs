using IOLoops.Conformance;
using IOLoops.Interop;
using IOLoops.Polling;
using IOLoops.Tests.Hosting;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Stress;

/// <summary>
/// Somebody who had no right to closes the descriptor that the one sleeper of all hosted loops waits with. By itself: no other
/// loop may be asleep meanwhile, nor get the number.
/// </summary>
[Collection(nameof(Alone))]
public sealed class BadSleeperTests : HostingHarness
{
    [Fact]
    public void A_sleeper_whose_descriptor_was_closed_is_replaced_and_no_loop_is_lost()
    {
        var host = NewHost();
        var loops = Enumerable.Range(0, 3).Select(_ => NewLoop(host)).ToList();
        var files = loops.ConvertAll(_ => NewEventFd());
        var called = new CountdownEvent(loops.Count);
        for (int i = 0; i < loops.Count; i++)
        {
            var file = files[i];
            loops[i].AddHandler(file.Number, (_, _) =>
            {
                file.Drain();
                called.Signal();
            }, IOEvents.Read);
            loops[i].Attach();
        }
        Settle(host);
        for (int round = 0; round < 3; round++)
        {
            called.Reset();
            CloseSleeper();
            files.ForEach(file => file.Signal());
            called.Wait(Patience).ShouldBeTrue($"a handler was not called in round {round}: {called.CurrentCount} are missing");
            Settle(host);
        }
        called.Dispose();
        loops.ForEach(loop => loop.IsRunning.ShouldBeTrue());
    }

    [Fact]
    public void Members_of_a_sleeper_that_gives_up_are_told_and_join_another()
    {
        var bad = new FakePoller();
        int woken = 0;
        var member = new NestedSleeper(bad, () => Interlocked.Increment(ref woken));
        member.Arm();
        bad.Sets.Single().Fail();
        Until(() => Volatile.Read(ref woken) == 1, "the member was woken");
        member.Arm();
        bad.Sets.Count.ShouldBe(2);
        bad.Sets[1].Watched.ShouldBe(1);
        member.Leave();
        Until(() => bad.Sets[0].IsAbandoned && bad.Sets[1].IsDisposed, "both threads have ended");
        bad.Sets[0].IsDisposed.ShouldBeFalse("its number may be another file's");
    }

    [Fact]
    public void What_a_sleeper_that_has_given_up_finds_in_the_set_of_another_is_not_lost()
    {
        var poller = new FakePoller();
        int woken = 0;
        var member = new NestedSleeper(poller, () => Interlocked.Increment(ref woken));
        member.Arm();
        poller.Sets[0].WatchErrno = Errno.EBADF; // its descriptor was closed, and its thread still waits
        member.OnReady();
        member.Arm();
        poller.Sets.Count.ShouldBe(2);
        int before = Volatile.Read(ref woken);
        poller.Sets[0].Find(poller.Sets[1].LastToken); // the number is the other set's by now
        Until(() => Volatile.Read(ref woken) > before, "the member was woken");
        member.Leave();
        Until(() => poller.Sets[0].IsAbandoned && poller.Sets[1].IsDisposed, "both threads have ended");
    }

    [Fact]
    public void An_event_of_a_loop_that_has_just_left_is_nobody_s()
    {
        var poller = new FakePoller();
        NestedSleeper leaves = new(poller, static () => { }), stays = new(poller, static () => { });
        leaves.Arm();
        var set = poller.Sets.Single();
        ulong token = set.LastToken;
        stays.Arm();
        leaves.Leave();
        set.Find(token); // it was on its way
        Until(() => set.Waits > 1, "the thread waits again");
        stays.Leave();
        set.Find(IPoller.WakerToken);
        Until(() => set.IsDisposed, "the thread has ended");
    }

    /// <summary>Closes the set of the shared sleeper, which is the one epoll descriptor that no poller of the test's loops has.</summary>
    private static void CloseSleeper()
    {
        var set = SharedSleeper.CurrentSet.ShouldBeOfType<EpollOneShotSet>();
        Descriptors.Close(set.Descriptor);
    }

    private sealed class FakePoller : INestablePoller
    {
        internal List<FakeSet> Sets { get; } = [];

        public int SetDescriptor => 1;

        public int SetVersion => 1;

        public IOneShotSet CreateOneShotSet()
        {
            Sets.Add(new FakeSet());
            return Sets[^1];
        }
    }

    private sealed class FakeSet : IOneShotSet
    {
        private readonly ManualResetEventSlim _over = new();
        private volatile bool _isBad;
        private ulong _found = IPoller.WakerToken; // written before the wait ends

        internal int Watched { get; private set; }

        internal volatile int Waits;

        internal volatile bool IsAbandoned;

        internal volatile bool IsDisposed;

        internal void Fail()
        {
            _isBad = true;
            _over.Set();
        }

        internal int WatchErrno { get; set; }

        internal ulong LastToken { get; private set; }

        /// <summary>Ends the wait with a token.</summary>
        internal void Find(ulong token)
        {
            _found = token;
            _over.Set();
        }

        public int Watch(int descriptor, ulong token)
        {
            Watched++;
            LastToken = token;
            return WatchErrno;
        }

        public void Forget(int descriptor)
        {
        }

        public void End()
        {
            if (WatchErrno == 0)
                _over.Set(); // what was closed ends no wait
        }

        public int Wait(Span<ulong> tokens)
        {
            Waits++;
            _over.Wait(Patience);
            if (_isBad)
                throw Errno.Failure("a wait", Errno.EBADF);
            tokens[0] = _found;
            return 1;
        }

        public void Abandon() => IsAbandoned = true;

        public void Dispose() => IsDisposed = true;
    }
}
