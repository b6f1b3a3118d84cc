using System.Net.Sockets;

namespace IOLoops.DocsExamples.Reference;

/// <summary>Handlers of descriptors, and waits for them.</summary>
public static class DescriptorExamples
{
    public static void Handle(IOLoop loop, Socket socket, byte[] buffer, Action<int> show)
    {
        loop.AddHandler(socket, (fd, events) =>
        {
            int count = socket.Receive(buffer);       // the socket is ready, so this does not wait
            if (count > 0)
            {
                show(count);                          // what is left unread is reported in the next turn
                return;
            }
            loop.RemoveHandler(socket);               // the other side has closed: remove first, then close
            socket.Dispose();
        }, IOEvents.Read);
    }

    public static void HandleAsync(IOLoop loop, Socket socket, Stream file, byte[] buffer)
    {
        loop.AddHandler(socket, async (fd, events) =>
        {
            int count = socket.Receive(buffer);
            await file.WriteAsync(buffer.AsMemory(0, count));   // resumes on the loop; the socket is not reported meanwhile
        }, IOEvents.Read);
    }

    public static void Send(IOLoop loop, Socket socket, ReadOnlyMemory<byte> pending)
    {
        loop.AddHandler(socket, (fd, events) =>
        {
            if (events.IsWritable() && !pending.IsEmpty)
                pending = pending[socket.Send(pending.Span)..];
            if (pending.IsEmpty)
                loop.UpdateHandler(socket, IOEvents.Read);      // else it is called in every turn: a socket is nearly always writable
        }, IOEvents.Read | IOEvents.Write);
    }

    public static async Task RemoveAsync(IOLoop loop, Socket socket)
    {
        await loop.RemoveHandlerAsync(socket);   // on any thread: then no call of the handler runs, and none can start
        socket.Dispose();
    }

    public static async Task<int> ReceiveAsync(IOLoop loop, Socket socket, byte[] buffer, CancellationToken cancellationToken)
    {
        await loop.SwitchTo();
        IOEvents events = await loop.WaitAsync(socket, IOEvents.Read, cancellationToken);
        return events.HasError() ? 0 : socket.Receive(buffer);
    }
}
