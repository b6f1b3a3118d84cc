using IOLoops.Polling;

namespace IOLoops.Coyote;

/// <summary>A poller's set, which is readable while a message waits in its descriptor.</summary>
internal sealed class TestNestable(int descriptor) : INestablePoller
{
    public int SetDescriptor => descriptor;

    public int SetVersion => 1;

    public IOneShotSet CreateOneShotSet() => new TestOneShotSet();
}
