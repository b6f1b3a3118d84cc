namespace IOLoops;

/// <summary>
/// A host whose time stands still until a thread moves it. No other thread then waits for anything: the loop runs a turn every
/// millisecond of that time, which asks for ready descriptors and for what other threads have added, so that a run is the same
/// each time.
/// </summary>
/// <remarks>
/// Such a host may ignore a <see cref="ILoopHost.Post"/> from any but the thread that moves time, which also is where
/// <see cref="IHostClock.PostAfter"/> is called: in turns, and where the loop is attached.
/// </remarks>
public interface IVirtualTimeHost : IHostClock
{
}
