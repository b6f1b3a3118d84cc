namespace IOLoops.Conformance;

/// <summary>A non-blocking pipe; a pair of sockets where pipes cannot be waited for.</summary>
public sealed class Pipe : IDisposable
{
    /// <summary>Opens a pipe.</summary>
    public Pipe() => (ReadEnd, WriteEnd) = Descriptors.NewPipe();

    /// <summary>The end to read from.</summary>
    public int ReadEnd { get; }

    /// <summary>The end to write to.</summary>
    public int WriteEnd { get; }

    /// <summary>Makes the read end readable.</summary>
    public void Send(int bytes = 1) => Descriptors.Write(WriteEnd, bytes);

    /// <summary>Reads what is there.</summary>
    public int Drain() => Descriptors.Read(ReadEnd);

    /// <summary>Fills the pipe until the write end is no longer writable.</summary>
    public void Fill() => Descriptors.Fill(WriteEnd);

    /// <summary>Closes the read end.</summary>
    public void CloseRead() => Descriptors.Close(ReadEnd);

    /// <summary>Closes the write end.</summary>
    public void CloseWrite() => Descriptors.Close(WriteEnd);

    /// <summary>Closes both ends.</summary>
    public void Dispose()
    {
        CloseRead();
        CloseWrite();
    }
}
