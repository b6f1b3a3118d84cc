using System.ComponentModel;
using System.Globalization;
using System.Text;
using IOLoops.Callbacks;
using IOLoops.Diagnostics;
using IOLoops.Tasks;

namespace IOLoops;

/// <summary>A loop that is blocked in a callback, timeout or handler now. See <see cref="IOLoop.SetBlockingSignalThreshold"/>.</summary>
public sealed class BlockedLoop
{
    private static readonly Lock CaptureGate = new();
    private static Func<BlockedLoop, string?>[] s_captures = []; // replaced under CaptureGate; the last one counts

    private readonly string _what;
    private readonly CallMark? _mark;
    private readonly long _version; // of the call

    /// <param name="loop">The loop.</param>
    /// <param name="duration">How long it has been stuck.</param>
    /// <param name="call">What it is in.</param>
    /// <param name="mark">Where it can be seen whether it still is.</param>
    internal BlockedLoop(IOLoop loop, TimeSpan duration, in CurrentCall call, CallMark? mark = null)
    {
        _mark = mark;
        _version = call.Version;
        Loop = loop;
        Duration = duration;
        ManagedThreadId = call.ThreadId;
        NativeThreadId = call.NativeThreadId;
        if (call.Descriptor >= 0)
        {
            Descriptor = new FileDescriptor(call.Descriptor, call.Argument);
            Callback = call.Callee is Delegate handler ? NamedWork.Original(handler) : null;
            _what = Callback is null ? "an awaiting method" : LoopLog.Describe(Callback);
        }
        else
        {
            // What carries the callee is of no interest: a work item's shared delegate, what an await posts to a context.
            Callback = (call.Callee, call.Argument) switch
            {
                (SendOrPostCallback, Action continuation) => continuation,
                ({ } carrier, IThreadPoolWorkItem item) when ReferenceEquals(carrier, WorkItemCall.Execute) => item.Execute,
                (Delegate carrier, Task task) when LoopTaskScheduler.IsCarrier(carrier) => LoopTaskScheduler.Original(task) ?? carrier,
                ({ } callee, _) => NamedWork.Original(WorkItemCall.Describe(callee)),
                _ => null,
            };
            _what = LoopLog.AwaitingMethod(call.Argument) ?? (Callback is null ? "a callback" : LoopLog.Describe(Callback));
        }
    }

    /// <summary>The loop.</summary>
    public IOLoop Loop { get; }

    /// <summary>How long the call had taken, at least, when this was noticed.</summary>
    public TimeSpan Duration { get; }

    /// <summary>The <see cref="Environment.CurrentManagedThreadId"/> of the blocked thread.</summary>
    public int ManagedThreadId { get; }

    /// <summary>The same thread's number in the operating system, as debuggers and <c>top -H</c> show it. 0 if this system does not provide it.</summary>
    public long NativeThreadId { get; }

    /// <summary>
    /// The delegate that blocks, as it was given to the loop, or what an <c>await</c> has posted to the loop. Null for code that
    /// resumed after a <see cref="IOLoop.WaitAsync"/>.
    /// </summary>
    public Delegate? Callback { get; }

    /// <summary>The descriptor, if a handler blocks. Null for callbacks and timeouts.</summary>
    public FileDescriptor? Descriptor { get; }

    /// <summary>
    /// Installs what <see cref="CaptureStack"/> and <see cref="IOLoop.LogStack"/> capture the stack of another thread with. The
    /// package IOLoop.Diagnostics has one. The last one installed is used. Any thread.
    /// </summary>
    /// <param name="capture">
    /// Returns the stack of the loop's thread, one frame per line, innermost first, or null if that thread cannot be found. Called
    /// on any thread, possibly on several at the same time. What it throws is logged as the reason why there is no stack.
    /// </param>
    /// <returns>Dispose it to uninstall.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="capture"/> is null.</exception>
    [EditorBrowsable(EditorBrowsableState.Advanced)]
    public static IDisposable InstallStackCapture(Func<BlockedLoop, string?> capture)
    {
        ArgumentNullException.ThrowIfNull(capture);
        lock (CaptureGate)
            s_captures = [.. s_captures, capture];
        return new Installation(capture);
    }

    /// <summary>
    /// Captures the full managed stack of the thread, one frame per line, innermost first. With IOLoop.Diagnostics that takes some
    /// tenths of a second, and the loop may continue meanwhile. Any thread.
    /// </summary>
    /// <returns>
    /// Null if nothing is installed, if the capture failed, which is logged, or if the call ended first: the stack would be that of
    /// something else.
    /// </returns>
    public string? CaptureStack() => Capture(out _);

    private string? Capture(out bool isLate)
    {
        isLate = false;
        if (Volatile.Read(ref s_captures) is not [.., var capture])
            return null;
        try
        {
            string? stack = capture(this);
            isLate = _mark is not null && _mark.Version != _version;
            return isLate ? null : stack;
        }
        catch (Exception exception)
        {
            LoopLog.NoStack(Loop.Logger, Loop.Name, LoopLog.MessageOf(exception));
            return null;
        }
    }

    /// <summary>What is blocked, in one line.</summary>
    public override string ToString() => Describe(Loop.Name, null);

    /// <summary>What is being called, and for which descriptor.</summary>
    internal string Subject => Descriptor is { } descriptor
        ? string.Create(CultureInfo.InvariantCulture, $"{_what}, {(Callback is null ? "after a wait for" : "the handler of")} file descriptor {descriptor.Number}")
        : _what;

    /// <param name="subject">What the sentence begins with: the loop's name, unless something else says that already.</param>
    internal string DescribeWithStack(string subject)
    {
        string? stack = Capture(out bool isLate);
        return isLate ? $"{Describe(subject, null)} It continued before its stack could be captured." : Describe(subject, stack);
    }

    private string Describe(string subject, string? stack)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{subject} has been stuck for {Duration.TotalSeconds:0.000} s in {Subject}");
        text.Append(CultureInfo.InvariantCulture, $", on thread {ManagedThreadId}");
        if (NativeThreadId != 0)
            text.Append(CultureInfo.InvariantCulture, $" ({NativeThreadId})");
        text.Append('.');
        if (stack is not null)
            text.AppendLine().Append(stack);
        return text.ToString();
    }

    private sealed class Installation(Func<BlockedLoop, string?> capture) : IDisposable
    {
        private bool _isDisposed; // guarded by CaptureGate

        public void Dispose()
        {
            lock (CaptureGate)
            {
                if (_isDisposed)
                    return;
                _isDisposed = true;
                int place = Array.LastIndexOf(s_captures, capture);
                s_captures = [.. s_captures.Where((_, at) => at != place)];
            }
        }
    }
}
