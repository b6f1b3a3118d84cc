namespace IOLoops.Polling;

/// <summary>Sleeps for a loop that shares its completion port: the port's thread calls back.</summary>
/// <param name="port">The loop's share of the port.</param>
/// <param name="inbox">Where its completions come.</param>
/// <param name="prepare">Arms the loop's polls, and says whether something is ready that the inbox does not tell.</param>
/// <param name="wake">Called on the port's thread. Must neither block nor throw.</param>
internal sealed class InboxSleeper(IAfdPort port, PortInbox inbox, Func<bool> prepare, Action wake) : ISleeper
{
    public void Arm()
    {
        bool isReady = prepare();
        if (!inbox.TrySleep(wake) || isReady)
            port.Wake(); // by the port's thread, as every call back
    }

    public void Leave() => inbox.StayAwake();
}
