namespace IOLoops.Conformance;

/// <summary>Counts who is called, and stops the loop when all of those named were called often enough.</summary>
internal sealed class Served(IOLoop loop, params string[] awaited)
{
    private const int Enough = 20;

    private readonly Dictionary<string, int> _calls = [];

    internal Action? OnCall { get; set; }

    internal bool Everybody => awaited.All(name => this[name] >= Enough);

    internal int this[string name] => _calls.GetValueOrDefault(name);

    internal void Count(string name)
    {
        _calls[name] = this[name] + 1;
        OnCall?.Invoke();
        if (Everybody)
            loop.Stop();
    }
}
