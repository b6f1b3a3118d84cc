using System.Runtime.ExceptionServices;

namespace IOLoops.Rx;

/// <summary>Calls an observer on the loop's thread.</summary>
/// <remarks>
/// Each notification runs in the context of the call that subscribed, and what it changes there is gone with it. What an observer throws
/// is thrown again in a callback of its own: a caller further up the stack, such as a source that resumes its reader, must not get it.
/// </remarks>
internal abstract class LoopNotifier<T>(IOLoop loop, IObserver<T> observer)
{
    private static readonly ContextCallback CallNext = static self => ((LoopNotifier<T>)self!).Next();
    private static readonly ContextCallback CallEnd = static self => ((LoopNotifier<T>)self!).End();

    private ExecutionContext? _context;
    private T _value = default!;
    private Exception? _failure;

    protected IOLoop Loop { get; } = loop;

    /// <summary>In the callback that <c>Subscribe</c> has added, which runs in its context.</summary>
    protected void EnterContext() => _context ??= ExecutionContext.Capture();

    /// <returns>False: the observer has thrown, and gets nothing more.</returns>
    protected bool TryNotify(T value)
    {
        _value = value;
        return TryRun(CallNext);
    }

    /// <summary>The last notification.</summary>
    protected void NotifyEnd(Exception? failure)
    {
        _failure = failure;
        TryRun(CallEnd);
    }

    private void Next()
    {
        var value = _value;
        _value = default!; // the observer alone decides how long it lives
        observer.OnNext(value);
    }

    private void End()
    {
        if (_failure is { } failure)
            observer.OnError(failure);
        else
            observer.OnCompleted();
    }

    private bool TryRun(ContextCallback call)
    {
        try
        {
            if (_context is { } context)
                ExecutionContext.Run(context, call, this);
            else
                call(this);
            return true;
        }
        catch (Exception thrown)
        {
            Loop.TryAddCallback(static failure => failure.Throw(), ExceptionDispatchInfo.Capture(thrown));
            return false;
        }
    }
}
