using System.Runtime.InteropServices;

namespace IOLoops.Samples;

/// <summary>What sd-bus calls when something arrives, until it is disposed. On the loop's thread.</summary>
internal sealed unsafe class BusSlot : IDisposable
{
    private const int IOError = 5; // EIO

    private readonly IOLoop _loop;
    private readonly Func<BusSlot, BusMessage, bool> _callback;
    private GCHandle _self;

    /// <param name="loop">Is given exceptions of the callback.</param>
    /// <param name="callback">Returns whether the message was meant for it.</param>
    internal BusSlot(IOLoop loop, Func<BusSlot, BusMessage, bool> callback)
    {
        _loop = loop;
        _callback = callback;
        _self = GCHandle.Alloc(this);
    }

    /// <summary>For sd-bus: calls the callback with <see cref="Data"/>.</summary>
    internal static delegate* unmanaged<nint, nint, nint, int> Function => &Call;

    /// <summary>For sd-bus: completes <see cref="Answer"/> with <see cref="Data"/>.</summary>
    internal static delegate* unmanaged<nint, nint, nint, int> AnswerFunction => &CallAnswer;

    internal nint Data => GCHandle.ToIntPtr(_self);

    /// <summary>The sd_bus_slot, once there is one.</summary>
    internal nint Handle { get; set; }

    /// <summary>What is awaited. Continuations run in a later callback of the loop, not inside a function that C has called.</summary>
    internal TaskCompletionSource<string> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes <see cref="Answer"/> with a text, or with the error that the message is.</summary>
    internal void Complete(BusMessage message, Func<BusMessage, string> read)
    {
        try
        {
            message.ThrowIfError();
            Answer.TrySetResult(read(message));
        }
        catch (Exception exception)
        {
            Answer.TrySetException(exception);
        }
    }

    public void Dispose()
    {
        if (!_self.IsAllocated)
            return;
        LibSystemd.sd_bus_slot_unref(Handle); // it is not called again
        _self.Free();
    }

    [UnmanagedCallersOnly]
    private static int Call(nint message, nint data, nint error) => Of(data).Call(message);

    [UnmanagedCallersOnly]
    private static int CallAnswer(nint message, nint data, nint error)
    {
        using var shared = BusMessage.Share(message);
        Of(data).Complete(shared, static _ => "");
        return 1;
    }

    private int Call(nint message)
    {
        try
        {
            using var shared = BusMessage.Share(message);
            return _callback(this, shared) ? 1 : 0;
        }
        catch (Exception exception)
        {
            // An exception must not leave a function that C has called. A handler of failures may throw, too: so it runs later.
            _loop.TryAddCallback(() => _loop.HandleCallbackException(_callback, exception));
            return LibSystemd.sd_bus_message_is_method_call(message, null, null) > 0 ? -IOError : 0; // a signal is for other subscribers, too
        }
    }

    private static BusSlot Of(nint data) => (BusSlot)GCHandle.FromIntPtr(data).Target!;
}
