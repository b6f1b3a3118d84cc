using System.Net.Sockets;

namespace IOLoops.DocsExamples;

public sealed class EchoHandlers(IOLoop loop)
{
    public void Add(Socket listener) => loop.AddHandler(listener, (fd, events) =>
    {
        var connection = listener.Accept();
        connection.Blocking = false;
        loop.AddHandler(connection, (_, _) => Answer(connection), IOEvents.Read);
    }, IOEvents.Read);

    private void Answer(Socket connection)
    {
        byte[] buffer = new byte[4096];
        int count = connection.Receive(buffer);
        if (count > 0)
        {
            connection.Send(buffer.AsSpan(0, count));
            return;
        }
        loop.RemoveHandler(connection);
        connection.Dispose();
    }
}
