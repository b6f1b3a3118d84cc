namespace IOLoops.WindowsUi;

/// <summary>One way to have a loop on a UI thread, and what the docs promise of it.</summary>
/// <param name="Name">Names it.</param>
/// <param name="Attach">Makes and attaches one. On the UI thread.</param>
/// <param name="Nests">Whether its turns continue in a modal dialog that a handler shows.</param>
/// <param name="IsPumpable">Whether RunSync works on the UI thread.</param>
/// <param name="LowerPriorities">Whether work of the UI below the loop's own priority gets its turn, too: timers of it are checked, or there are none.</param>
internal sealed record LoopKind(string Name, Func<HostedIOLoopOptions, HostedIOLoop> Attach, bool Nests, bool IsPumpable, bool LowerPriorities = true)
{
    public override string ToString() => Name;

    /// <summary>One that has run a turn: by that it knows its thread.</summary>
    internal async Task<HostedIOLoop> BeginAsync(HostedIOLoopOptions options)
    {
        var loop = Attach(options);
        await loop.InvokeAsync(static () => { });
        return loop;
    }
}
