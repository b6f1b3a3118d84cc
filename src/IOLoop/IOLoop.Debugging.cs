using System.Diagnostics;
using IOLoops.Diagnostics;

namespace IOLoops;

[DebuggerDisplay("{ToString(),nq}")]
[DebuggerTypeProxy(typeof(LoopDebugView))]
public abstract partial class IOLoop
{
    /// <summary>The loop's name, kind and state, and how many descriptors, timeouts and callbacks it has. Any thread.</summary>
    public override string ToString() => new LoopState(this).Summary;

    /// <summary>
    /// Writes what the loop holds: its registrations (number, events, the handler's method, the object) and its next timeouts. If
    /// the loop is watched for stalls or measured, also what it is calling. Any thread, also while the loop is blocked.
    /// </summary>
    /// <remarks>
    /// The loop is not stopped meanwhile, so concurrent changes may be missing. On the loop's thread, and while the loop does not
    /// run, the output is exact.
    /// </remarks>
    /// <exception cref="ArgumentNullException"><paramref name="writer"/> is null.</exception>
    public void DumpState(TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        new LoopState(this).Write(writer);
    }
}
