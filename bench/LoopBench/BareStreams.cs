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
        ends[0] = new PollEntry { Descriptor = channel.ThereIn, Events = PollEntry.Readable };
        ends[1] = new PollEntry { Descriptor = channel.BackIn, Events = PollEntry.Readable };
        fixed (byte* start = ball)
        {
            Check(Libc.write(channel.ThereOut, start, size), size);
            for (int done = 0; done < count;)
            {
                Wait(ends);
                if (ends[0].Ready != 0)
                {
                    Check(Libc.read(channel.ThereIn, start, size), size);
                    Check(Libc.write(channel.BackOut, start, size), size);
                }
                if (ends[1].Ready != 0)
                {
                    Check(Libc.read(channel.BackIn, start, size), size);
                    if (++done < count)
                        Check(Libc.write(channel.ThereOut, start, size), size);
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
        ends[0] = new PollEntry { Descriptor = channel.ThereIn, Events = PollEntry.Readable };
        ends[1] = new PollEntry { Descriptor = channel.ThereOut, Events = PollEntry.Writable };
        fixed (byte* from = sent, to = received)
        {
            while (unread > 0)
            {
                Wait(ends);
                if (ends[1].Ready != 0 && left > 0)
                    left -= Math.Max(0, Libc.write(channel.ThereOut, from, (nint)Math.Min(left, size)));
                if (ends[0].Ready != 0)
                    unread -= Math.Max(0, Libc.read(channel.ThereIn, to, size));
            }
        }
    }

    private static void Wait(PollEntry* ends)
    {
        if (Libc.poll(ends, 2, -1) < 0)
            throw Libc.Failure("poll");
    }

    private static void Check(nint count, int size)
    {
        if (count != size)
            throw Libc.Failure("read or write");
    }
}
