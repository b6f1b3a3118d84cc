namespace IOLoops.Samples;

/// <summary>One who talks to a station.</summary>
internal sealed class StationClient(Station station, int number, Action<string> send)
{
    internal int Number { get; } = number;

    internal void Send(string line) => send(line);

    internal void Receive(string request) => station.Serve(this, request);

    /// <summary>Again: nothing happens.</summary>
    internal void Leave() => station.Leave(this);
}
