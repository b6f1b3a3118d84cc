using System.Net;
using System.Net.Sockets;
using System.Text;
using IOLoops;
using IOLoops.Sources;

/// <summary>
/// A server of HTTP on the loopback address, on the same loop as libcurl: if a call of libcurl blocked, it would wait for itself. The
/// server sends no answer until all requests are there, so all downloads are under way at once.
/// </summary>
internal sealed class FileServer : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly LoopListener _listener;
    private readonly TaskCompletionSource _allAreHere = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly int _files;
    private readonly bool _corrupts;
    private int _requests;

    internal FileServer(IOLoop loop, int files, bool corrupts)
    {
        _files = files;
        _corrupts = corrupts;
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _socket.Listen(files + 1);
        _listener = new LoopListener(loop, _socket);
        loop.AddCallback(ServeAsync);
    }

    internal string Url => $"http://127.0.0.1:{((IPEndPoint)_socket.LocalEndPoint!).Port}/";

    /// <summary>What the file of this number holds. The sizes differ; the first is empty.</summary>
    internal static byte[] Content(int number)
    {
        byte[] content = new byte[number * 4001];
        new Random(number).NextBytes(content);
        return content;
    }

    private async Task ServeAsync()
    {
        var answers = new List<Task>();
        await foreach (var stream in _listener)
            answers.Add(AnswerAsync(stream));
        await Task.WhenAll(answers);
    }

    private async Task AnswerAsync(LoopStream stream)
    {
        using var _ = stream;
        string path = "";
        await foreach (string line in stream.ReadLinesAsync())
        {
            if (line.Length == 0)
                break;
            if (line.StartsWith("GET /", StringComparison.Ordinal))
                path = line.Split(' ')[1][1..];
        }
        if (!int.TryParse(path, out int number))
        {
            await stream.CopyToAsync(Stream.Null); // no answer; ends when the client gives up
            return;
        }
        if (++_requests == _files)
            _allAreHere.SetResult();
        await _allAreHere.Task;
        byte[] content = Content(number);
        if (_corrupts && number == _files / 2)
            content[^1] ^= 1;
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {content.Length}\r\nConnection: close\r\n\r\n"));
        await stream.WriteAsync(content);
    }

    public void Dispose() => _listener.Dispose();
}
