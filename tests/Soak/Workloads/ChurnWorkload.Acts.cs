using IOLoops;
using Soak.Loops;

namespace Soak.Workloads;

/// <content>What is done to a channel, on the loop's thread.</content>
internal sealed partial class ChurnWorkload
{
    private const int MostGhosts = 3;
    private const int MostReady = 40; // more than there are descriptors

    private void ActOn(Channel channel)
    {
        switch (Random.Next(9))
        {
            case 0:
                Replace(channel);
                break;
            case 1:
                TakeOver(channel);
                break;
            case 2:
                Haunt(channel);
                break;
            case 3:
                CloseUnderTheLoop(channel);
                break;
            case 4:
                DisposeUnderTheLoop(channel);
                break;
            case 5:
                channel.CloseWriter(); // the handler finds the end, and replaces it
                break;
            case 6 when Life.Kind.CanNest:
                Life.Nest();
                break;
            default:
                Update(channel, Random.Next(3) > 0 ? IOEvents.Read : IOEvents.None);
                break;
        }
        if (_ghosts.Count > Random.Next(MostGhosts))
            LayGhosts();
    }

    private void Remove(Channel channel)
    {
        Life.Access.RemoveHandler(channel.Descriptor);
        Forget(channel, "removed");
        channel.Drain();
        channel.CloseReader();
    }

    /// <summary>As it should be done. The new one mostly gets the same number.</summary>
    private void Replace(Channel channel)
    {
        Remove(channel);
        Add(NewChannel());
    }

    /// <summary>Another file gets the number while it is registered.</summary>
    private void TakeOver(Channel channel)
    {
        if (channel.HasObject)
            return;
        channel.Drain();
        Forget(channel, "taken over");
        Add(NewChannel(over: channel.Reader));
    }

    /// <summary>The same, and a duplicate keeps the file, with the kernel's registration, alive.</summary>
    private void Haunt(Channel channel)
    {
        if (channel.HasObject)
            return;
        _ghosts.Add((Libc.Duplicate(channel.Reader), channel));
        Forget(channel, "taken over, with a duplicate");
        Add(NewChannel(over: channel.Reader));
        channel.Send();
    }

    private void LayGhosts()
    {
        foreach (var (duplicate, channel) in _ghosts)
        {
            channel.CloseWriter();
            Libc.Close(duplicate);
        }
        _ghosts.Clear();
    }

    /// <summary>The number may go to another loop, or to other code. poll(2) would take that for the registered file.</summary>
    private void CloseUnderTheLoop(Channel channel)
    {
        if (channel.HasObject || Life.Kind.IsPoll)
            return;
        channel.Drain();
        Forget(channel, Channel.Closed);
        channel.CloseReader();
        _ = Abandon(channel);
        Add(NewChannel());
    }

    /// <summary>The event may have been found before, in a batch of which each turn calls one handler at least.</summary>
    private static async Task Abandon(Channel channel)
    {
        channel.IsAbandoned = true;
        for (int i = 0; i < MostReady; i++)
            await Task.Yield();
        channel.IsAbandoned = false;
    }

    /// <summary>
    /// The loop's own reference to a handle keeps the descriptor until an event finds the handle disposed. A socket is closed at once. In
    /// both cases no handler may be called.
    /// </summary>
    private void DisposeUnderTheLoop(Channel channel)
    {
        if (!channel.HasObject || channel.Mask != IOEvents.Read)
            return;
        Forget(channel, "disposed");
        channel.CloseWriter(); // first: a socket has no reader as soon as it is disposed, and the sender would fail
        channel.CloseReader();
        Add(NewChannel());
    }
}
