namespace IOLoops.DocsExamples;

/// <summary>A rule of the analyzers that is suppressed at one place.</summary>
public static class Suppressed
{
    public static bool Find(IOEvents events)
    {
#pragma warning disable IOL0009 // This test shows that HasFlag is wrong.
        bool found = events.HasFlag(IOEvents.Error);
#pragma warning restore IOL0009
        return found;
    }
}
