namespace IOLoops.Diagnostics;

/// <summary>What measurements call the kind of a loop.</summary>
internal static class LoopKind
{
    /// <summary>The name of its type. A type that nobody else can name, as that of a loop which a container makes, counts as the public one below it.</summary>
    internal static string Of(IOLoop loop)
    {
        var type = loop.GetType();
        while (!type.IsVisible)
            type = type.BaseType!; // IOLoop is visible
        return type.Name;
    }
}
