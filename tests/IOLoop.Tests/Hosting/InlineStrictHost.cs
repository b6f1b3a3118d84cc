namespace IOLoops.Tests.Hosting;

/// <summary>Runs at once what it is posted on its own thread, as the dispatchers of some user interfaces do. From other threads it queues.</summary>
public sealed class InlineStrictHost() : StrictHost(isPumpable: false)
{
    public override void Post(Action turn)
    {
        if (IsOnHostThread)
            turn();
        else
            base.Post(turn);
    }
}
