using System.Net.Sockets;
using IOLoops;
using Soak.Checking;
using Soak.Loops;

namespace Soak.Workloads;

/// <summary>A pipe or a pair of sockets, whose messages must arrive once each, in order, and here.</summary>
internal sealed unsafe class Channel
{
    /// <summary>The end of a channel whose descriptor was closed without a word to the loop.</summary>
    internal const string Closed = "closed";

    private const int MostAtOnce = 16;

    private static long s_generations;

    private readonly Life _life;
    private readonly Lock _writing = new();
    private readonly long _generation = Interlocked.Increment(ref s_generations);
    private readonly ChannelHandle? _handle;
    private readonly Socket? _socket;
    private int _writer; // -1: closed; guarded by _writing
    private long _sent; // guarded by _writing
    private long _received;
    private bool _isInside;

    /// <param name="life">The loop that it is for.</param>
    /// <param name="isSocket">A pair of sockets, or a pipe.</param>
    /// <param name="hasObject">Whether the loop gets the number in a handle, or in a socket.</param>
    /// <param name="over">A number to take over, which other code has open.</param>
    internal Channel(Life life, bool isSocket, bool hasObject = false, int? over = null)
    {
        _life = life;
        (int reader, _writer) = isSocket ? Libc.NewSocketPair() : Libc.NewPipe();
        if (over is { } number)
        {
            Libc.Move(reader, number);
            reader = number;
        }
        Reader = reader;
        if (hasObject && isSocket)
            _socket = new Socket(new SafeSocketHandle(reader, ownsHandle: true));
        else if (hasObject)
            _handle = new ChannelHandle(reader);
        life.Tally.Add(Work.Descriptors);
    }

    internal int Reader { get; }

    /// <summary>Whether an object owns the number, and the loop knows it.</summary>
    internal bool HasObject => _handle is not null || _socket is not null;

    internal FileDescriptor Descriptor => _handle is not null ? _handle : _socket is not null ? _socket : Reader;

    internal IOEvents Mask { get; set; }

    /// <summary>Whether its handler may be called.</summary>
    internal bool IsRegistered { get => Volatile.Read(ref field); set => Volatile.Write(ref field, value); }

    /// <summary>
    /// Set while its handler may be called although it is not registered for anything any more: the descriptor was closed without a word
    /// to the loop, which had found it ready before.
    /// </summary>
    internal bool IsAbandoned { get; set; }

    /// <summary>How it came to its end, for the report.</summary>
    internal string End { get; set; } = "";

    internal bool IsInside => Volatile.Read(ref _isInside);

    internal bool HasAll
    {
        get
        {
            lock (_writing)
                return _sent == Volatile.Read(ref _received);
        }
    }

    /// <summary>Sends a message, if there is room. Any thread.</summary>
    internal bool Send()
    {
        lock (_writing)
        {
            if (_writer < 0)
                return false;
            var message = new Message(_life.Number, _generation, _sent);
            if (Libc.TryWrite(_writer, &message, sizeof(Message)) is null)
                return false;
            _sent++;
            return true;
        }
    }

    /// <summary>Begins a handler's call.</summary>
    /// <returns>Whether it is this channel's to read.</returns>
    internal bool Begin(FileDescriptor fd, IOEvents events)
    {
        if (IsAbandoned || HangsUpElsewhere(events))
            return false;
        if (!IsRegistered)
            _life.Report(Violation.Stale, $"a handler was called after its end ({End}): {fd}, {events}, generation {_generation}");
        else if (fd.Number != Reader)
            _life.Report(Violation.Stale, $"a handler of fd {Reader} was called for {fd}");
        else if (_isInside)
            _life.Report(Violation.Overlap, $"a handler was called inside its own call: {fd}");
        else if (events == IOEvents.None || (events & ~(Mask | IOEvents.Error)) != 0)
            _life.Report(Violation.Events, $"a handler that asked for {Mask} was called with {events}: {fd}");
        else
            return _isInside = true;
        return false;
    }

    /// <summary>
    /// A process that another thread is starting has a copy of each descriptor until it executes its program. While it closes them, the
    /// reading end hangs up when the writing end goes first, and the loop was not told that its own is closed.
    /// </summary>
    private bool HangsUpElsewhere(IOEvents events) => !IsRegistered && End == Closed && events.HasError();

    internal void Finish() => Volatile.Write(ref _isInside, false);

    /// <summary>Reads messages and checks them.</summary>
    /// <returns>How many; 0 at the end; null when there is nothing.</returns>
    internal int? Receive(int most)
    {
        Message* messages = stackalloc Message[MostAtOnce];
        int? length = Libc.TryRead(Reader, messages, Math.Min(most, MostAtOnce) * sizeof(Message));
        int count = (length ?? 0) / sizeof(Message);
        for (int i = 0; i < count; i++)
            Check(messages[i]);
        return length is null ? null : count;
    }

    /// <summary>When no handler reads any more: closes the writing end, reads what is left, and requires that nothing is missing.</summary>
    internal void Drain()
    {
        CloseWriter();
        while (Receive(MostAtOnce) > 0)
        {
        }
        if (_received != _sent)
            _life.Report(Violation.Lost, $"{_sent - _received} of {_sent} messages never arrived: fd {Reader}, generation {_generation}");
    }

    internal void CloseWriter()
    {
        lock (_writing)
        {
            if (_writer >= 0)
                Libc.Close(_writer);
            _writer = -1;
        }
    }

    /// <summary>Closes the reading end, or its object. A handle closes it when the loop has released it, too.</summary>
    internal void CloseReader()
    {
        if (HasObject)
            ((IDisposable?)_handle ?? _socket)!.Dispose();
        else
            Libc.Close(Reader);
    }

    private void Check(in Message message)
    {
        if (message.Life != _life.Number || message.Generation != _generation)
            _life.Report(Violation.Stale, $"fd {Reader} of loop {_life.Number}, generation {_generation}, read {message}");
        else if (message.Number < _received)
            _life.Report(Violation.Twice, $"fd {Reader} read message {message.Number} again");
        else if (message.Number > _received)
            _life.Report(Violation.Lost, $"fd {Reader} read message {message.Number} instead of {_received}");
        _life.Tally.Add(Work.Events);
        Volatile.Write(ref _received, message.Number + 1);
    }
}
