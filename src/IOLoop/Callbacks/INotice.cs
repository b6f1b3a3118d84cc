namespace IOLoops.Callbacks;

/// <summary>Something that the loop tells itself, in a callback of its own.</summary>
internal interface INotice
{
    void Run();

    /// <summary>The loop is closed, and will not run it. As it stands: it is run all the same, where the loop is closed.</summary>
    void Drop() => Run();
}
