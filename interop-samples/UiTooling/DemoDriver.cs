using System.Diagnostics;
using Terminal.Gui.App;
using Terminal.Gui.Input;

namespace IOLoops.Samples;

/// <summary>Presses keys and waits for what they should do, on the UI's thread.</summary>
internal sealed class DemoDriver
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly IApplication _app;

    internal DemoDriver(IApplication app)
    {
        _app = app;
        app.Iteration += (_, _) => Iterations++;
    }

    /// <summary>How often the main loop has gone round.</summary>
    internal int Iterations { get; private set; }

    internal void Press(Key key) => _app.Keyboard.RaiseKeyDownEvent(key);

    internal void Type(string text)
    {
        foreach (char c in text)
            Press(new Key(c));
    }

    internal ScreenCapture Screen() => ScreenCapture.Of(_app);

    internal Task ShownAsync(params string[] texts) =>
        UntilAsync(() => texts.All(Screen().Text.Contains), () => $"the screen does not show '{texts.FirstOrDefault(text => !Screen().Text.Contains(text, StringComparison.Ordinal))}'");

    /// <param name="condition">What to wait for.</param>
    /// <param name="failure">What is wrong when it does not come.</param>
    /// <exception cref="ExitException">It did not come.</exception>
    internal static async Task UntilAsync(Func<bool> condition, Func<string> failure)
    {
        long start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(start) > Patience)
                throw new ExitException(ExitException.Failed, failure());
            await Task.Delay(Pause);
        }
    }
}
