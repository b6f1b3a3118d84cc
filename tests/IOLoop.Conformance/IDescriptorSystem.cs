namespace IOLoops.Conformance;

/// <summary>What the suite needs of a system to make descriptors and to use them by number.</summary>
internal interface IDescriptorSystem
{
    /// <summary>How many descriptors this process may have.</summary>
    int Maximum { get; }

    /// <summary>One that is read from and one that is written to.</summary>
    (int Read, int Write) Pipe();

    /// <summary>Two connected stream sockets.</summary>
    (int Left, int Right) SocketPair();

    /// <summary>One that is always writable, and readable when its partner, which may be itself, is written to.</summary>
    (int Number, int Partner) Signal();

    /// <summary>Eight bytes, which an eventfd takes as a count.</summary>
    void RaiseSignal(int partner);

    /// <summary>A number that stands for nothing, and that nothing gets soon.</summary>
    int Unused();

    int Duplicate(int fd, int lowest);

    void Replace(int number, int by);

    int OpenFile(string path);

    bool IsOpen(nint fd);

    void Close(int fd);

    void ShutdownWrite(int fd);

    /// <summary>How many bytes; negative: not one.</summary>
    int Write(int fd, ReadOnlySpan<byte> bytes);

    int Read(int fd, Span<byte> bytes);
}
