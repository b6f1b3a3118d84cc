namespace IOLoops.Tests.Hosting;

/// <summary>A host that does what none may do: it runs what it is given inside Post.</summary>
internal sealed class InlineHost(bool swallows = false) : ILoopHost
{
    public void Post(Action turn)
    {
        try
        {
            turn();
        }
        catch (InvalidOperationException) when (swallows)
        {
            // as a scheduler with a handler of its own would
        }
    }
}
