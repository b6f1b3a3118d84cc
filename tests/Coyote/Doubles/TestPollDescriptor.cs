using IOLoops.Interop;

namespace IOLoops.Coyote;

/// <summary>A place in a set of such descriptors. To wait for the set is to wait for a monitor.</summary>
internal unsafe struct TestPollDescriptor : IPollDescriptor<TestPollDescriptor>
{
    private bool _isWatched;

    public int Number { get; private init; }

    public bool IsReported { get; private set; }

    public readonly bool IsClosed => false;

    public readonly IOEvents Reported => IsReported ? IOEvents.Read : IOEvents.None;

    public static TestPollDescriptor Watching(int number, IOEvents events) => new() { Number = number, _isWatched = (events & IOEvents.Read) != 0 };

    public static TestPollDescriptor Silent(int number) => new() { Number = number };

    public static int Identify(int number, out FileIdentity identity)
    {
        identity = default;
        return Errno.Ok;
    }

    public static int Wait(TestPollDescriptor* set, int count, long ticks)
    {
        lock (Descriptors.Gate)
        {
            while (true)
            {
                int ready = 0;
                for (int i = 0; i < count; i++)
                {
                    set[i].IsReported = set[i]._isWatched && Descriptors.IsReadable(set[i].Number);
                    ready += set[i].IsReported ? 1 : 0;
                }
                if (ready > 0 || ticks == 0)
                    return ready;
                Monitor.Wait(Descriptors.Gate);
            }
        }
    }
}
