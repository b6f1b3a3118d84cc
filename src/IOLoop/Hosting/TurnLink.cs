namespace IOLoops.Hosting;

/// <summary>
/// What a host is given to run. It leads to the loop until the loop is closed: a host may keep what was cancelled for hours, as
/// EventLoopScheduler keeps its timers.
/// </summary>
internal sealed class TurnLink
{
    private TurnDriver? _driver; // volatile; null: the loop is closed

    internal TurnLink(TurnDriver driver)
    {
        _driver = driver;
        Turn = RunTurn;
        Deadline = RunDeadline;
        Probe = NoteProbe;
    }

    // One delegate for each purpose, again and again: hosts may keep what they wrap it in.

    internal Action Turn { get; }

    internal Action Deadline { get; }

    internal Action Probe { get; }

    /// <summary>Whether what a host was given to run is no turn: it asks whether the host still takes anything.</summary>
    internal static bool IsProbe(Action posted) => posted.Target is TurnLink link && ReferenceEquals(posted, link.Probe)
        || posted.Target is Inquiry;

    internal void Cut() => Volatile.Write(ref _driver, null);

    private void RunTurn() => Volatile.Read(ref _driver)?.RunPosted();

    private void RunDeadline() => Volatile.Read(ref _driver)?.OnDeadline();

    private void NoteProbe() => Volatile.Read(ref _driver)?.OnProbe();

    /// <summary>Asks, after a turn that the host should have, whether that turn has run.</summary>
    internal sealed class Inquiry
    {
        private readonly TurnLink _link;
        private readonly HostedRun _run;
        private readonly int _ticket;

        /// <param name="link">Leads to the loop.</param>
        /// <param name="run">Which run asks.</param>
        /// <param name="ticket">Of the last turn that the host had been given then.</param>
        internal Inquiry(TurnLink link, HostedRun run, int ticket)
        {
            (_link, _run, _ticket) = (link, run, ticket);
            Work = Answer;
        }

        /// <summary>What the host is given.</summary>
        internal Action Work { get; }

        private void Answer() => Volatile.Read(ref _link._driver)?.OnInquiry(this, _run, _ticket);
    }
}
