namespace IOLoops.Samples;

/// <summary>A thread that runs a GLib main loop, for programs whose main thread does something else.</summary>
public sealed class GLibThread : IDisposable
{
    private readonly MainContext _context = MainContext.Create();
    private readonly Thread _thread;
    private readonly TaskCompletionSource<GLibHost> _host = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private MainLoop? _main; // set before _host is

    public GLibThread()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "GLib" };
        _thread.UnsafeStart(); // without the AsyncLocal values of the code that constructs this
        Host = _host.Task.GetAwaiter().GetResult();
    }

    public MainContext Context => _context;

    public GLibHost Host { get; }

    /// <summary>Ends the main loop and waits for its thread. On that thread: it ends when the current callback has returned.</summary>
    public void Dispose()
    {
        if (Thread.CurrentThread == _thread)
        {
            _main!.Quit();
            return;
        }
        // As a source: Quit counts only while the main loop runs, which it may be about to.
        if (!_context.IsClosed)
            Source.Once(_context, GLibHost.DefaultPriority, 0, _main!.Quit);
        _thread.Join();
        _context.Dispose();
    }

    private void Run()
    {
        using var main = new MainLoop(_context);
        using var host = new GLibHost(_context);
        _main = main;
        _host.SetResult(host);
        main.Run();
    }
}
