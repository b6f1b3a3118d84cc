using System.Net;
using System.Net.Sockets;
using IOLoops;

bool demo = args is ["--demo"];
var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
listener.Bind(new IPEndPoint(IPAddress.Loopback, demo ? 0 : 8888));
listener.Listen(128);

var loop = IOLoop.Current;
loop.AddHandler(listener, ConnectionReady, IOEvents.Read);
if (demo)
    loop.RunSync(() => DemoClient.TalkAsync(listener.LocalEndPoint!), TimeSpan.FromSeconds(10));
else
    loop.Start();

void ConnectionReady(FileDescriptor fd, IOEvents events)
{
    while (true)
    {
        Socket connection;
        try
        {
            connection = listener.Accept();
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.WouldBlock)
        {
            return;
        }
        connection.Blocking = false;
        loop.AddCallback(() => HandleConnectionAsync(connection));
    }
}

async Task HandleConnectionAsync(Socket connection)
{
    using var _ = connection;
    byte[] buffer = new byte[4096];
    await loop.WaitAsync(connection, IOEvents.Read);
    int count = connection.Receive(buffer);
    Console.WriteLine($"server: {count} bytes from {((IPEndPoint)connection.RemoteEndPoint!).Address}");
    connection.Send(buffer.AsSpan(0, count));
}
