using System.Reactive.Linq;
using System.Runtime.InteropServices;
using IOLoops.Rx;
using IOLoops.Sources;
using Spectre.Console;

namespace IOLoops.Samples;

/// <summary>A pipeline, a display, and what ends them.</summary>
internal sealed class Watching : IDisposable
{
    private readonly IOLoop _loop;
    private readonly IDisplay _display =
        AnsiConsole.Profile is { Out.IsTerminal: true, Capabilities.Ansi: true } ? new LiveTable() : new PlainSnapshots();

    private readonly List<IDisposable> _subscriptions = [];
    private Exception? _failure;

    /// <summary>Begins to watch: what happens from now on will be seen, as soon as the loop runs.</summary>
    /// <exception cref="ExitException">There is nothing to watch.</exception>
    /// <exception cref="IOException">It cannot be watched.</exception>
    internal Watching(IOLoop loop, string folder)
    {
        _loop = loop;
        Folder = new FolderModel(folder);
        if (!Directory.Exists(folder))
            throw new ExitException(ExitException.WrongUsage, File.Exists(folder) ? $"'{folder}' is not a folder" : $"there is no folder '{folder}'");
        var watch = new FolderWatch(loop);
        watch.Add(folder);
        _subscriptions =
        [
            watch,
            loop.ObserveFolder(watch).Subscribe(OnNews, Fail),
            Observable.Interval(_display.Interval, loop.AsScheduler()).Subscribe(_ => _display.Draw(Folder)),
            Observable.Merge(loop.ObserveSignal(PosixSignal.SIGINT), loop.ObserveSignal(PosixSignal.SIGTERM)).Subscribe(OnSignal),
        ];
    }

    internal FolderModel Folder { get; }

    /// <summary>The signal that ended it.</summary>
    internal PosixSignal? EndedBy { get; private set; }

    /// <summary>After each piece of news.</summary>
    internal event Action? NewsCame;

    internal static void Run(IOLoop loop, string folder)
    {
        using var watching = new Watching(loop, folder);
        watching.Run();
        Console.WriteLine($"{watching.Folder.Total.Total} changes seen");
        if (watching.Folder.Losses is { } losses)
            Console.WriteLine(losses);
    }

    /// <summary>Until <see cref="End"/>, or a signal.</summary>
    /// <exception cref="ExitException">The folder has gone, or something failed.</exception>
    internal void Run()
    {
        _loop.CallbackException += OnCallbackException;
        _display.Show(_loop.Start);
        _loop.CallbackException -= OnCallbackException;
        if (_failure is not null)
            throw new ExitException(ExitException.Failed, _failure.Message);
        if (Folder.IsFolderGone)
            throw new ExitException(ExitException.Failed, $"'{Folder.Folder}' is gone");
    }

    /// <summary>On the loop.</summary>
    internal void End()
    {
        if (_subscriptions.Count == 0)
            return;
        Dispose();
        _display.Draw(Folder);
        _loop.Stop();
    }

    public void Dispose()
    {
        _subscriptions.ForEach(subscription => subscription.Dispose());
        _subscriptions.Clear();
    }

    internal void Fail(Exception failure)
    {
        _failure ??= failure;
        End();
    }

    private void OnNews(FolderNews news)
    {
        Folder.Apply(news);
        NewsCame?.Invoke();
        if (Folder.IsFolderGone)
            End();
    }

    private void OnSignal(PosixSignal signal)
    {
        EndedBy = signal;
        End();
    }

    // A display that cannot draw, for example: what follows would not be seen.
    private void OnCallbackException(object? sender, CallbackExceptionEventArgs failed)
    {
        failed.Handled = true;
        _failure ??= failed.Exception;
        Dispose();
        _loop.Stop();
    }
}
