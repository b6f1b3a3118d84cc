using System.Runtime.Versioning;
using IOLoops.Interop;

namespace IOLoops.Polling;

/// <summary>
/// The completion port of all hosted loops, and the one thread that takes its packets, where a port's handle cannot be waited for. It
/// begins with the first member and ends with the last.
/// </summary>
[SupportedOSPlatform("windows")]
internal sealed unsafe class SharedPort
{
    private const int Room = 64;
    private const nuint EndKey = 0;

    private static readonly Lock Gate = new();
    private static SharedPort? s_current; // guarded by Gate
    private static nuint s_lastKey;       // guarded by Gate

    private readonly Dictionary<nuint, PortInbox> _members = []; // guarded by Gate

    private SharedPort()
    {
    }

    internal SafeKernelHandle Handle { get; } = CompletionPort.Open();

    /// <summary>For tests: whether there is one, with its thread.</summary>
    internal static bool Exists
    {
        get
        {
            lock (Gate)
                return s_current is not null;
        }
    }

    /// <summary>Makes an inbox a member. Any thread.</summary>
    /// <returns>The port, and the key with which packets for this member are posted.</returns>
    internal static (SharedPort Port, nuint Key) Join(PortInbox inbox)
    {
        lock (Gate)
        {
            s_current ??= Start();
            nuint key = ++s_lastKey; // never used again: a packet for a former member must not be taken for one of a later
            s_current._members.Add(key, inbox);
            return (s_current, key);
        }
    }

    /// <summary>Ends a membership; with the last one the thread ends. Any thread.</summary>
    internal void Leave(nuint key)
    {
        lock (Gate)
        {
            if (!_members.Remove(key) || _members.Count > 0)
                return;
            s_current = null;
            CompletionPort.Post(Handle, EndKey);
        }
    }

    private static SharedPort Start()
    {
        var port = new SharedPort();
        try
        {
            // Without the caller's ExecutionContext, which it would keep alive.
            new Thread(port.Deliver) { IsBackground = true, Name = "IOLoop sleeper" }.UnsafeStart();
        }
        catch
        {
            port.Handle.Dispose();
            throw;
        }
        return port;
    }

    private void Deliver()
    {
        var entries = stackalloc CompletionEntry[Room];
        var rung = new List<PortInbox>(Room);
        bool ends = false;
        while (!ends)
        {
            int count = CompletionPort.Take(Handle, entries, Room, CompletionPort.NoLimit);
            ends = Sort(new ReadOnlySpan<CompletionEntry>(entries, count), rung);
            Ring(rung);
        }
        Handle.Dispose();
    }

    /// <returns>Whether the last member has left.</returns>
    private bool Sort(ReadOnlySpan<CompletionEntry> entries, List<PortInbox> rung)
    {
        bool ends = false;
        lock (Gate)
        {
            foreach (ref readonly var entry in entries)
            {
                if (entry.Key == EndKey)
                {
                    ends = true;
                }
                else if (_members.TryGetValue(entry.Key, out var inbox))
                {
                    inbox.Add(entry.Poll);
                    if (!rung.Contains(inbox))
                        rung.Add(inbox);
                }
            }
        }
        return ends;
    }

    // A method of its own: a local in the thread's would keep the loop that was woken last alive while the thread sleeps.
    private static void Ring(List<PortInbox> rung)
    {
        foreach (var inbox in rung)
            inbox.Ring();
        rung.Clear();
    }
}
