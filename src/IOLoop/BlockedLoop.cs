using System.Globalization;
using System.Text;
using IOLoops.Core;
using IOLoops.Diagnostics;
using IOLoops.Tasks;

namespace IOLoops;

/// <summary>A loop that is stuck in a callback, a timeout or a handler right now: see <see cref="IOLoop.SetBlockingSignalThreshold"/>.</summary>
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

    /// <summary>How long it has been stuck, at least, when this was noticed.</summary>
    public TimeSpan Duration { get; }

    /// <summary>The <see cref="Environment.CurrentManagedThreadId"/> of the thread that is stuck.</summary>
    public int ManagedThreadId { get; }

    /// <summary>The same thread's number in the operating system, as debuggers and <c>top -H</c> show it; 0: not known on this system.</summary>
    public long NativeThreadId { get; }

    /// <summary>
    /// What blocks: the delegate as it was given to the loop, or what an <c>await</c> has posted to it. Null: what goes on after
    /// a <see cref="IOLoop.WaitAsync"/>.
    /// </summary>
    public Delegate? Callback { get; }

    /// <summary>The descriptor whose handler it is; null for callbacks and timeouts.</summary>
    public FileDescriptor? Descriptor { get; }

    /// <summary>
    /// Installs a way to find out the stack of another thread, for <see cref="CaptureStack"/> and <see cref="IOLoop.LogStack"/>.
    /// The package IOLoop.Diagnostics brings one. The last one installed counts. Any thread.
    /// </summary>
    /// <param name="capture">
    /// Returns the stack of the thread of the loop given, one frame per line, innermost first; null when that thread is not
    /// to be found. Called on any thread, several at once. What it throws is logged as the reason why there is no stack.
    /// </param>
    /// <returns>Disposing it takes that way out again.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="capture"/> is null.</exception>
    public static IDisposable InstallStackCapture(Func<BlockedLoop, string?> capture)
    {
        ArgumentNullException.ThrowIfNull(capture);
        lock (CaptureGate)
            s_captures = [.. s_captures, capture];
        return new Installation(capture);
    }

    /// <summary>
    /// The full managed stack of the thread, now, one frame per line, innermost first. Takes as long as what is installed
    /// takes, some tenths of a second in the case of IOLoop.Diagnostics: the loop may go on meanwhile. Any thread.
    /// </summary>
    /// <returns>
    /// Null when nothing is installed, when it failed, which is logged, or when the call has ended before the stack was had,
    /// which then is of something else.
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

    /// <summary>What is stuck, in one line.</summary>
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
