namespace LoopBench;

/// <summary>
/// What a hand-written loop costs: one thread, which waits in poll(2) for its two descriptors and then writes and reads what it can.
/// </summary>
internal static unsafe class BareStreams
{
    internal static void Play(BareChannel channel, int size, int count)
    {
        byte[] ball = new byte[size];
        var ends = stackalloc PollEntry[2];
        ends[0] = new PollEntry { Descriptor = channel.GoingReader, Events = PollEntry.Readable };
        ends[1] = new PollEntry { Descriptor = channel.ComingReader, Events = PollEntry.Readable };
        fixed (byte* start = ball)
        {
            Check(Libc.write(channel.GoingWriter, start, size), size);
            for (int done = 0; done < count;)
            {
                Wait(ends);
                if (ends[0].Ready != 0)
                {
                    Check(Libc.read(channel.GoingReader, start, size), size);
                    Check(Libc.write(channel.ComingWriter, start, size), size);
                }
                if (ends[1].Ready != 0)
                {
                    Check(Libc.read(channel.ComingReader, start, size), size);
                    if (++done < count)
                        Check(Libc.write(channel.GoingWriter, start, size), size);
                }
            }
        }
    }

    internal static void Pump(BareChannel channel, int size, int count)
    {
        byte[] sent = new byte[size];
        byte[] received = new byte[size];
        long left = (long)count * size;
        long unread = left;
        var ends = stackalloc PollEntry[2];
        ends[0] = new PollEntry { Descriptor = channel.GoingReader, Events = PollEntry.Readable };
        ends[1] = new PollEntry { Descriptor = channel.GoingWriter, Events = PollEntry.Writable };
        fixed (byte* from = sent, to = received)
        {
            while (unread > 0)
            {
                Wait(ends);
                if (ends[1].Ready != 0 && left > 0)
                    left -= Math.Max(0, Libc.write(channel.GoingWriter, from, (nint)Math.Min(left, size)));
                if (ends[0].Ready != 0)
                    unread -= Math.Max(0, Libc.read(channel.GoingReader, to, size));
            }
        }
    }

    private static void Wait(PollEntry* ends)
    {
        if (Libc.poll(ends, 2, -1) < 0)
            throw Descriptors.Failure("poll");
    }

    private static void Check(nint count, int size)
    {
        if (count != size)
            throw Descriptors.Failure("read or write");
    }
}
