namespace IOLoops.AvaloniaTests;

/// <summary>What of Avalonia a loop runs on.</summary>
public enum AvaloniaKind
{
    /// <summary>The scheduler of Avalonia.ReactiveUI, which runs at once what the UI thread schedules.</summary>
    Scheduler,

    /// <summary>The dispatcher's SynchronizationContext, at background priority.</summary>
    SynchronizationContext,
}
