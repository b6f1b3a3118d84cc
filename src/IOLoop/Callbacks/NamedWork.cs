namespace IOLoops.Callbacks;

/// <summary>Finds what a method of the library's was given to call.</summary>
internal static class NamedWork
{
    /// <summary>The delegate as the user gave it: what is behind the library's own, or the same.</summary>
    internal static Delegate Original(Delegate callback) => callback.Target is INamedWork work ? work.Original : callback;
}
