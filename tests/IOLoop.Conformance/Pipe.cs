namespace IOLoops.Conformance;

/// <summary>A non-blocking pipe.</summary>
public sealed unsafe class Pipe : IDisposable
{
    /// <summary>Opens a pipe.</summary>
    public Pipe()
    {
        int* ends = stackalloc int[2];
        Descriptors.Check(Libc.pipe2(ends, Libc.CloseOnExec | Libc.NonBlock), "pipe2");
        ReadEnd = Descriptors.Unique(ends[0]);
        WriteEnd = Descriptors.Unique(ends[1]);
    }

    /// <summary>The end to read from.</summary>
    public int ReadEnd { get; }

    /// <summary>The end to write to.</summary>
    public int WriteEnd { get; }

    /// <summary>Makes the read end readable.</summary>
    public void Send(int bytes = 1) => Descriptors.Write(WriteEnd, bytes);

    /// <summary>Reads what is there.</summary>
    public int Drain() => Descriptors.Read(ReadEnd);

    /// <summary>Fills the pipe until the write end is no longer writable.</summary>
    public void Fill()
    {
        byte* page = stackalloc byte[4096];
        while (Libc.write(WriteEnd, page, 4096) > 0)
            continue;
    }

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
