using System.IO.Pipes;
using System.Net.Sockets;
using IOLoops;
using IOLoops.Sources;

namespace LoopBench;

/// <summary>The same channel as streams of a loop, as streams of .NET and as numbers.</summary>
internal sealed class StreamChannels
{
    internal StreamChannels(IOLoop loop, string kind)
    {
        Bare = OpenBare(kind);
        if (kind == "pipe")
        {
            var (goingReader, goingWriter) = LoopStream.CreatePipe(loop);
            var (comingReader, comingWriter) = LoopStream.CreatePipe(loop);
            OfLoop = new StreamChannel(goingWriter, goingReader, comingWriter, comingReader);
            var (there, back) = (new AnonymousPipeServerStream(PipeDirection.Out), new AnonymousPipeServerStream(PipeDirection.Out));
            OfDotnet = new StreamChannel(there, Other(there), back, Other(back));
        }
        else
        {
            var (one, other) = LoopStream.CreatePair(loop);
            OfLoop = new StreamChannel(one, other, other, one);
            var (left, right) = Libc.OpenChannel(kind);
            var (first, second) = (Connect(left), Connect(right));
            OfDotnet = new StreamChannel(first, second, second, first);
        }
    }

    internal StreamChannel OfLoop { get; }

    internal StreamChannel OfDotnet { get; }

    internal BareChannel Bare { get; }

    private static BareChannel OpenBare(string kind)
    {
        var (one, other) = Libc.OpenChannel(kind);
        if (kind != "pipe")
            return new BareChannel(one, other, other, one);
        var (comingReader, comingWriter) = Libc.OpenChannel(kind);
        return new BareChannel(other, one, comingWriter, comingReader);
    }

    private static AnonymousPipeClientStream Other(AnonymousPipeServerStream pipe) => new(PipeDirection.In, pipe.ClientSafePipeHandle);

    private static NetworkStream Connect(int fd) => new(new Socket(new SafeSocketHandle(fd, ownsHandle: true)), ownsSocket: true);
}
