using System.Buffers;

namespace IOLoops.Sources;

public sealed partial class LoopStream
{
    /// <summary>Reads, and blocks the calling thread until there is something. Not on the loop's thread, which would deadlock.</summary>
    /// <exception cref="InvalidOperationException">The loop runs on this thread: use <see cref="ReadAsync(Memory{byte}, CancellationToken)"/>.</exception>
    public override int Read(Span<byte> buffer)
    {
        CheckMayBlock(nameof(ReadAsync));
        byte[] copy = ArrayPool<byte>.Shared.Rent(buffer.Length);
        try
        {
            int count = Wait(ReadAsync(copy.AsMemory(0, buffer.Length)));
            copy.AsSpan(0, count).CopyTo(buffer);
            return count;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(copy);
        }
    }

    /// <inheritdoc cref="Read(Span{byte})"/>
    public override int Read(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        CheckMayBlock(nameof(ReadAsync));
        return Wait(ReadAsync(buffer.AsMemory(offset, count)));
    }

    /// <summary>Writes all bytes, and blocks the calling thread meanwhile. Not on the loop's thread, which would deadlock.</summary>
    /// <exception cref="InvalidOperationException">The loop runs on this thread: use <see cref="WriteAsync(ReadOnlyMemory{byte}, CancellationToken)"/>.</exception>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        CheckMayBlock(nameof(WriteAsync));
        byte[] copy = ArrayPool<byte>.Shared.Rent(buffer.Length);
        try
        {
            buffer.CopyTo(copy);
            Wait(WriteAsync(copy.AsMemory(0, buffer.Length)));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(copy);
        }
    }

    /// <inheritdoc cref="Write(ReadOnlySpan{byte})"/>
    public override void Write(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        CheckMayBlock(nameof(WriteAsync));
        Wait(WriteAsync(buffer.AsMemory(offset, count)));
    }

    /// <inheritdoc/>
    public override IAsyncResult BeginRead(byte[] buffer, int offset, int count, AsyncCallback? callback, object? state) =>
        TaskToAsyncResult.Begin(ReadAsync(buffer, offset, count, default), callback, state);

    /// <inheritdoc/>
    public override int EndRead(IAsyncResult asyncResult) => TaskToAsyncResult.End<int>(asyncResult);

    /// <inheritdoc/>
    public override IAsyncResult BeginWrite(byte[] buffer, int offset, int count, AsyncCallback? callback, object? state) =>
        TaskToAsyncResult.Begin(WriteAsync(buffer, offset, count, default), callback, state);

    /// <inheritdoc/>
    public override void EndWrite(IAsyncResult asyncResult) => TaskToAsyncResult.End(asyncResult);

#pragma warning disable VSTHRD002 // these calls block: that is what they are for
    private static int Wait(ValueTask<int> task) => task.IsCompleted ? task.Result : task.AsTask().GetAwaiter().GetResult();

    private static void Wait(ValueTask task)
    {
        if (task.IsCompleted)
            task.GetAwaiter().GetResult();
        else
            task.AsTask().GetAwaiter().GetResult();
    }
#pragma warning restore VSTHRD002

    private void CheckMayBlock(string instead)
    {
        if (Loop.IsOnLoopThread)
            throw new InvalidOperationException($"{Loop.Name} runs on this thread, which would deadlock. Await {instead} instead.");
    }
}
