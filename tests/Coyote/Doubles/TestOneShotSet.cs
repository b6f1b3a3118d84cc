using IOLoops.Interop;
using IOLoops.Polling;

namespace IOLoops.Coyote;

/// <summary>Watches such descriptors, each until it is readable once.</summary>
internal sealed class TestOneShotSet : IOneShotSet
{
    private readonly Dictionary<int, ulong> _watched = []; // guarded by Descriptors.Gate
    private bool _isOver;                                  // guarded by Descriptors.Gate

    public int Watch(int descriptor, ulong token)
    {
        lock (Descriptors.Gate)
        {
            _watched[descriptor] = token;
            Monitor.PulseAll(Descriptors.Gate);
        }
        return Errno.Ok;
    }

    public void Forget(int descriptor)
    {
        lock (Descriptors.Gate)
            _watched.Remove(descriptor);
    }

    public void End()
    {
        lock (Descriptors.Gate)
        {
            _isOver = true;
            Monitor.PulseAll(Descriptors.Gate);
        }
    }

    public int Wait(Span<ulong> tokens)
    {
        lock (Descriptors.Gate)
        {
            int count;
            while ((count = Take(tokens)) == 0)
                Monitor.Wait(Descriptors.Gate);
            return count;
        }
    }

    private int Take(Span<ulong> tokens)
    {
        int count = 0;
        foreach (var (descriptor, token) in _watched.ToArray())
        {
            if (!Descriptors.IsReadable(descriptor))
                continue;
            _watched.Remove(descriptor);
            tokens[count++] = token;
        }
        if (_isOver)
            tokens[count++] = IPoller.WakerToken;
        return count;
    }

    public void Abandon()
    {
    }

    public void Dispose()
    {
    }
}
