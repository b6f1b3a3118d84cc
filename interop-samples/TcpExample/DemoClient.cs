using System.Net;
using System.Net.Sockets;
using System.Text;

/// <summary><c>--demo</c>: one client, on threads of the pool, that says hello and hears it again.</summary>
internal static class DemoClient
{
    internal static Task TalkAsync(EndPoint server) => Task.Run(async () =>
    {
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(server);
        await client.SendAsync("hello"u8.ToArray());
        byte[] answer = new byte[64];
        int count = await client.ReceiveAsync(answer);
        string text = Encoding.ASCII.GetString(answer, 0, count);
        Console.WriteLine($"client: sent hello, got {text}");
        if (text != "hello")
            throw new InvalidDataException($"The server answered {text} to hello.");
    });
}
