namespace IOLoops;

/// <summary>
/// A host that may run what was posted to it while a turn is on the stack, because something inside a callback runs the host
/// without asking the loop. Then the next turn is posted before a turn calls anybody, so that it is there to be run, nested, in
/// the middle of the first. In other hosts only RunSync nests.
/// </summary>
public interface INestingHost : IHostThread
{
}
