using System.Diagnostics;
using System.IO.Pipes;
using System.Runtime.InteropServices;
using IOLoops.Sources;

namespace IOLoops.Samples;

/// <summary>
/// How long it takes from a write to a descriptor until its handler runs on the UI's thread. Another thread writes the time
/// into a pipe, at irregular moments. Measured with Terminal.Gui 2.5, on a virtual machine with two cores: 18 to 24 ms in the
/// middle, 39 to 44 ms at most. That is the time that Terminal.Gui sleeps between two looks: nothing wakes it.
/// </summary>
internal sealed class LatencyProbe : IDisposable
{
    private const int Samples = 40;

    private readonly AnonymousPipeServerStream _writer = new(PipeDirection.Out);
    private readonly AnonymousPipeClientStream _reader;
    private readonly DescriptorIO _io;
    private readonly TaskCompletionSource _finished = new();
    private readonly List<double> _milliseconds = [];
    private readonly ManualResetEventSlim _stop = new();
    private readonly IOLoop _loop;
    private Thread? _thread;

    /// <param name="loop">Runs on the calling thread.</param>
    internal LatencyProbe(IOLoop loop)
    {
        _loop = loop;
        _reader = new AnonymousPipeClientStream(PipeDirection.In, _writer.ClientSafePipeHandle);
        _io = new DescriptorIO(_reader.SafePipeHandle);
        _loop.AddHandler(_reader.SafePipeHandle, OnReadable, IOEvents.Read);
    }

    /// <summary>Completes on the loop's thread.</summary>
    internal Task Finished => _finished.Task;

    internal double Median => _milliseconds.Order().ElementAt(_milliseconds.Count / 2);

    internal double Greatest => _milliseconds.Max();

    internal int Count => _milliseconds.Count;

    /// <summary>From <see cref="Start"/> until all is written or this is disposed of.</summary>
    internal bool IsWriting => _thread is { IsAlive: true };

    /// <summary>Once.</summary>
    internal void Start()
    {
        _thread = new Thread(Write) { IsBackground = true, Name = "latency probe" };
        _thread.Start();
    }

    /// <summary>Also before all was written: the caller that gave up reports why.</summary>
    public void Dispose()
    {
        _stop.Set();
        _thread?.Join(); // it must not write into a pipe that is closed
        _loop.RemoveHandler(_reader.SafePipeHandle);
        _io.Dispose();
        _reader.Dispose();
        _writer.Dispose();
        _stop.Dispose();
    }

    private void Write()
    {
        byte[] bytes = new byte[sizeof(long)];
        for (int i = 0; i < Samples; i++)
        {
            // No multiple of the main loop's interval: each write meets it in another phase.
            if (_stop.Wait(40 + i * 17 % 40))
                return;
            long now = Stopwatch.GetTimestamp();
            MemoryMarshal.Write(bytes, in now);
            _writer.Write(bytes); // at once: it has no buffer
        }
    }

    private void OnReadable(FileDescriptor fd, IOEvents events)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        if (_io.TryRead(bytes) != bytes.Length)
            return;
        _milliseconds.Add(Stopwatch.GetElapsedTime(MemoryMarshal.Read<long>(bytes)).TotalMilliseconds);
        if (_milliseconds.Count == Samples)
            _finished.SetResult();
    }
}
