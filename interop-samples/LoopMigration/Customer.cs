using System.Net;
using System.Net.Sockets;

namespace IOLoops.Samples;

/// <summary>A client of the station's, with a plain blocking socket.</summary>
internal sealed class Customer : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly StreamReader _answers;

    internal Customer(EndPoint station)
    {
        _socket.Connect(station);
        _socket.ReceiveTimeout = (int)Patience.TotalMilliseconds;
        _answers = new StreamReader(new NetworkStream(_socket, ownsSocket: false));
    }

    internal void Send(string bytes) => _socket.Send(System.Text.Encoding.UTF8.GetBytes(bytes));

    /// <exception cref="ExitException">The station says something else, or nothing.</exception>
    internal void Expect(string line)
    {
        string? said = ReadLine(line);
        if (said != line)
            throw new ExitException(ExitException.Failed, $"the station should say '{line}', but {(said is null ? "hung up" : $"says '{said}'")}");
    }

    public void Dispose()
    {
        _answers.Dispose();
        _socket.Dispose();
    }

    private string? ReadLine(string expected)
    {
        try
        {
            return _answers.ReadLine();
        }
        catch (IOException)
        {
            throw new ExitException(ExitException.Failed, $"the station should say '{expected}', but says nothing for {Patience.TotalSeconds} s");
        }
    }
}
