namespace IOLoops.WindowsUi;

/// <summary>What the checks need of a window. All on its thread.</summary>
internal interface IUserInterface
{
    /// <summary>The counters of the timers of 20 ms that run, by name, highest priority first.</summary>
    IReadOnlyList<(string Name, int Count)> Ticks { get; }

    /// <summary>Whether timers of lower priorities run beside the first.</summary>
    bool HasLowerTimers { set; }

    /// <summary>How often the label was painted.</summary>
    int Paints { get; }

    /// <summary>How many key presses have come; null: this window cannot have any.</summary>
    int? Keys { get; }

    /// <summary>Changes the label.</summary>
    void Show(int number);

    /// <summary>Shows a modal dialog until what it is given is true.</summary>
    void ShowDialog(Action shown, Func<bool> isOver);

    /// <summary>Runs something as work of the UI's own.</summary>
    void Post(Action work);
}
