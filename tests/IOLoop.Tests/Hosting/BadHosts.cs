using IOLoops.Conformance;

namespace IOLoops.Tests.Hosting;

/// <summary>Hosts that the conformance suite must find out.</summary>
internal static class BadHosts
{
    /// <summary>Turns alternate between two threads, and each is called the host's.</summary>
    internal sealed class TwoThreads : IHostThread, IDisposable
    {
        private readonly StrictHost[] _hosts = [new StrictHost(isPumpable: false), new StrictHost(isPumpable: false)];
        private int _posts;

        public bool IsOnHostThread => _hosts[0].IsOnHostThread || _hosts[1].IsOnHostThread;

        public void Post(Action turn) => _hosts[Interlocked.Increment(ref _posts) % 2].PostOwn(turn);

        public void Dispose() => Array.ForEach(_hosts, host => host.Dispose());
    }

    /// <summary>A thread that keeps the context of the code that made the host.</summary>
    internal sealed class StartedThread : ILoopHost, IDisposable
    {
        private readonly WorkQueue _queue = new();
        private readonly Thread _thread;

        internal StartedThread()
        {
            _thread = new Thread(() =>
            {
                while (_queue.Take() is { } work)
                    work();
            })
            { IsBackground = true };
            _thread.Start(); // not UnsafeStart
        }

        public void Post(Action turn) => _queue.Add(turn);

        public void Dispose()
        {
            _queue.End();
            _thread.Join(Bounded.Patience);
        }
    }

    /// <summary>Loops in such hosts.</summary>
    internal sealed class Fixture<THost>(Func<THost> create) : LoopFixture
        where THost : ILoopHost, IDisposable
    {
        private readonly List<THost> _hosts = [];

        public override string Name => $"a bad host ({typeof(THost).Name})";

        public override IOLoop Create(IOLoopOptions? options = null)
        {
            var host = create();
            lock (_hosts)
                _hosts.Add(host);
            return new HostedIOLoop(host, HostedOptions.From(options, PollerKind.Default));
        }

        protected override void Dispose(bool disposing)
        {
            _hosts.ForEach(host => host.Dispose());
            base.Dispose(disposing);
        }
    }
}
