namespace IOLoops.Samples;

/// <summary>Shows a folder while it changes.</summary>
internal interface IDisplay
{
    /// <summary>How long between two calls of <see cref="Draw"/>.</summary>
    TimeSpan Interval { get; }

    /// <summary>Runs a program that calls <see cref="Draw"/>.</summary>
    void Show(Action program);

    /// <summary>Inside <see cref="Show"/>, on any one thread.</summary>
    void Draw(FolderModel folder);
}
