using Microsoft.VisualStudio.Threading;

namespace IOLoops.VsThreading;

/// <summary>
/// A loop that runs on the main thread of a <see cref="JoinableTaskContext"/>, as joinable work: its handlers, timeouts and
/// callbacks continue to run while that thread is blocked in <see cref="JoinableTaskFactory.Run(Func{Task})"/>.
/// </summary>
/// <remarks>
/// <para>
/// While it runs, the loop is one joinable task, of a collection of its own, which <see cref="Join"/> joins. It is not work that
/// ends: it is a member of the given factory's collection only while a turn is posted, so that
/// <see cref="JoinableTaskCollection.JoinTillEmptyAsync()"/> does not wait for it. Its turns are posted to the main thread as work of that task, one at a time. A main thread that is
/// blocked in Run executes them if what it waits for has joined the loop, directly or not; one that is not blocked executes
/// them between its other work.
/// </para>
/// <para>
/// On the main thread, <see cref="Start"/> and RunSync run the loop themselves, by such a Run, also inside a handler: turns
/// nest, no handler is entered again while it runs, and a batch that was interrupted is finished in order. On other threads they
/// block; inside a joinable task they join the loop meanwhile, so that the main thread may wait for them in turn.
/// </para>
/// <para>
/// The loop's thread is the main thread, between turns, too. What is awaited inside a callback resumes in a turn, and so on the
/// main thread, joined with the loop. A callback runs in the context of the code that added it, and has no ambient joinable task but
/// that one's: what it starts with RunAsync is no child of the loop.
/// </para>
/// </remarks>
/// <example>
/// Waits on the main thread for something that a handler completes:
/// <code>
/// factory.Run(async () =>                  // blocks the main thread
/// {
///     using (loop.Join())                  // and runs the loop's turns on it meanwhile
///         await whatAHandlerCompletes();
/// });
/// </code>
/// </example>
public class JoinableTaskIOLoop : HostedIOLoop
{
    private readonly JoinableTaskHost _host;

    /// <summary>A loop on the main thread of a factory's context. It does not run yet. Any thread.</summary>
    /// <param name="factory">
    /// What posts to the main thread and blocks it: a factory with a priority keeps it. A thread that has joined its
    /// collection, if it has one, executes the loop's turns.
    /// </param>
    /// <param name="options">Name, logging, poller; <see langword="null"/> for the defaults.</param>
    /// <exception cref="ArgumentNullException"><paramref name="factory"/> is null.</exception>
    /// <exception cref="ArgumentException">
    /// Its context has no main thread to post to: it was made without a <see cref="SynchronizationContext"/>. The message says
    /// what to pass instead.
    /// </exception>
    /// <inheritdoc cref="HostedIOLoop(ILoopHost, HostedIOLoopOptions?)" path="/exception[not(@cref='T:System.ArgumentNullException') and not(@cref='T:System.ArgumentException')]"/>
    public JoinableTaskIOLoop(JoinableTaskFactory factory, HostedIOLoopOptions? options = null)
        : base(JoinableTaskHost.Create(WindowsJoinableTaskFactory.ForTurns(factory)), options)
    {
        _host = (JoinableTaskHost)Host;
        _host.DisplayName = Name;
        _host.OnLost = ReportHostLost;
        Factory = factory;
    }

    /// <summary>Makes a loop on the main thread of a factory's context and begins to run it there. Any thread.</summary>
    /// <inheritdoc cref="JoinableTaskIOLoop(JoinableTaskFactory, HostedIOLoopOptions?)"/>
    /// <exception cref="InvalidOperationException">The main thread has ended.</exception>
    public static JoinableTaskIOLoop Attach(JoinableTaskFactory factory, HostedIOLoopOptions? options = null) =>
        Attached(new JoinableTaskIOLoop(factory, options));

    /// <summary>The factory that was given.</summary>
    public JoinableTaskFactory Factory { get; }

    /// <summary>
    /// Joins the loop to the current joinable task, until the result is disposed: whatever thread that task, or one that has joined
    /// it, blocks in <see cref="JoinableTaskFactory.Run(Func{Task})"/> executes the loop's turns meanwhile, if it is the main
    /// thread. Any thread; while the loop runs or before. Outside a joinable task there is nothing to join, and nothing happens.
    /// </summary>
    public JoinableTaskCollection.JoinRelease Join() => _host.Join();

    /// <inheritdoc/>
    public override void Start()
    {
        using (_host.RunForLong())
            base.Start();
    }

    /// <inheritdoc/>
    public override void Close(bool allFds = false)
    {
        base.Close(allFds);
        _host.End();
    }
}
