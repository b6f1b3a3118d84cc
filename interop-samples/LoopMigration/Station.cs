using System.Globalization;

namespace IOLoops.Samples;

/// <summary>
/// The service itself, the same in all steps: what it knows, and what it says to all its clients and to its log. Knows
/// nothing of threads, loops and sockets, and locks nothing: one thread at a time must call it.
/// </summary>
internal sealed class Station(Action<string> log)
{
    internal static readonly TimeSpan HeartbeatPeriod = TimeSpan.FromMilliseconds(40);

    private readonly List<StationClient> _clients = [];
    private readonly SortedDictionary<string, int> _goods = new(StringComparer.Ordinal);
    private int _joined;
    private int _requests;
    private int _weighings;
    private int _grams;
    private int _reports;
    private bool _isReportDue;
    private bool _isScaleClosed;

    /// <summary>The last client and the scale have gone.</summary>
    internal event Action? Ended;

    /// <param name="send">Sends a line to the client; must not call back, and not throw when the client is gone.</param>
    internal StationClient Join(Action<string> send)
    {
        var client = new StationClient(this, ++_joined, send);
        _clients.Add(client);
        Say($"client {client.Number} is here");
        return client;
    }

    internal void Leave(StationClient client)
    {
        if (!_clients.Remove(client))
            return;
        Say($"client {client.Number} is gone");
        EndWhenAllAreGone();
    }

    internal void Serve(StationClient client, string request)
    {
        _requests++;
        Say($"client {client.Number}: {Answer(request)}");
    }

    internal void Weigh(int grams)
    {
        _weighings++;
        _grams += grams;
        Say($"scale: {grams} g");
    }

    internal void Average(IList<int> weights) => Say($"scale: {weights.Average():F0} g on average of {weights.Count}");

    /// <param name="failure">Null: it was closed.</param>
    internal void EndScale(Exception? failure)
    {
        _isScaleClosed = true;
        Say($"scale: {failure?.Message ?? "closed"}");
        EndWhenAllAreGone();
    }

    /// <summary>To be called every <see cref="HeartbeatPeriod"/>: reports when there is something to report.</summary>
    internal void Heartbeat()
    {
        if (!_isReportDue)
            return;
        _isReportDue = false;
        Say($"report {++_reports}: {string.Join(", ", _goods.Select(good => $"{good.Key} {good.Value}"))}; {_grams} g");
    }

    private string Answer(string request)
    {
        switch (request.Split(' '))
        {
            case ["add", var name, var number] when int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int count):
                _goods[name] = _goods.GetValueOrDefault(name) + count;
                return $"{name} {_goods[name]}";
            case ["report"]:
                _isReportDue = true;
                return "a report comes with the next heartbeat";
            default:
                return $"what is '{request}'?";
        }
    }

    private void EndWhenAllAreGone()
    {
        if (_clients.Count > 0 || _joined == 0 || !_isScaleClosed)
            return;
        Say($"the end: {_joined} clients, {_requests} requests, {_weighings} weighings, {_reports} reports");
        Ended?.Invoke();
    }

    private void Say(string line)
    {
        log(line);
        _clients.ForEach(client => client.Send(line));
    }
}
