using System.Reactive.Concurrency;
using IOLoops.Rx;
using IOLoops.VsThreading;
using Microsoft.VisualStudio.Threading;

namespace IOLoops.Samples;

/// <summary>The kinds of loop there are: one line each. Nothing else in this program knows which loop it runs on.</summary>
internal static class LoopKinds
{
    internal static IReadOnlyList<LoopKind> All { get; } =
    [
        new("poll", () => (new PollIOLoop(), null)),
        new("rx", () => In(new EventLoopScheduler(), scheduler => new RxIOLoop(scheduler))),
        new("sync", () => In(new ThreadContext(), context => new SynchronizationContextIOLoop(context))),
        new("jtf", () => In(new ThreadContext(), context => new JoinableTaskIOLoop(new JoinableTaskContext(context.Thread, context).Factory))),
    ];

    /// <exception cref="ExitException">There is none of this name.</exception>
    internal static LoopKind Find(string name) =>
        All.FirstOrDefault(kind => kind.Name == name) ?? throw new ExitException(
            ExitException.WrongUsage, $"unknown loop '{name}'; there is: {string.Join(", ", All.Select(kind => kind.Name))}");

    private static (IOLoop Loop, IDisposable Host) In<THost>(THost host, Func<THost, IOLoop> create)
        where THost : IDisposable => (create(host), host);
}
