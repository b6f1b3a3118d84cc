namespace IOLoops;

/// <summary>
/// A host that may run what was posted to it while a turn is on the stack, because something inside a callback runs the host
/// without asking the loop. A turn then posts the next one before it runs user code, so that the next one can run nested in
/// the first. In other hosts only RunSync nests.
/// </summary>
public interface INestingHost : IHostThread
{
}
