using System.IO.Pipes;
using System.Net.Sockets;
using System.Reactive.Concurrency;
using System.Reactive.Linq;
using Microsoft.Win32.SafeHandles;

namespace IOLoops.Samples;

/// <summary>Reading as one does without a loop for descriptors: each notification comes on another thread. Step 1 alone.</summary>
internal static class ElsewhereReads
{
    private const int BufferSize = 4096;

    internal static IObservable<Socket> Accept(Socket listener) =>
        Observable.FromAsync(cancellation => listener.AcceptAsync(cancellation).AsTask()).Repeat();

    internal static IObservable<ReadOnlyMemory<byte>> Read(Socket socket) =>
        Observable.Create<ReadOnlyMemory<byte>>(async (observer, cancellation) =>
        {
            byte[] buffer = new byte[BufferSize];
            int count;
            while ((count = await socket.ReceiveAsync(buffer, cancellation).ConfigureAwait(false)) > 0)
                observer.OnNext(buffer.AsSpan(0, count).ToArray());
            observer.OnCompleted();
        });

    /// <summary>Nothing in .NET waits for a pipe: a thread blocks in read(2), and unsubscribing cannot wake it.</summary>
    internal static IObservable<ReadOnlyMemory<byte>> Read(SafePipeHandle pipe) =>
        Observable.Create<ReadOnlyMemory<byte>>(observer => NewThreadScheduler.Default.Schedule(() =>
        {
            using var stream = new AnonymousPipeClientStream(PipeDirection.In, pipe);
            byte[] buffer = new byte[BufferSize];
            int count;
            while ((count = stream.Read(buffer)) > 0)
                observer.OnNext(buffer.AsSpan(0, count).ToArray());
            observer.OnCompleted();
        }));
}
