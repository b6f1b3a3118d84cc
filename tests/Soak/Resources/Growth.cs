using Soak.Checking;

namespace Soak.Resources;

/// <summary>
/// Samples of memory, which must not grow: the least of the last third may exceed the least of the first third by no more than the slack.
/// The least, since what a round has just used is returned at some later time.
/// </summary>
internal sealed class Growth(Violation violation, string name, long slack)
{
    private const int WarmUp = 2; // rounds in which code is still compiled for the first time
    private const int Enough = 9;

    private readonly List<long> _samples = [];
    private int _added;
    private bool _isReported;

    internal bool CanJudge => _samples.Count >= Enough;

    private long First => _samples.Take(_samples.Count / 3).Min();

    private long Last => _samples.TakeLast(_samples.Count / 3).Min();

    internal void Add(long bytes, Findings findings)
    {
        if (++_added <= WarmUp)
            return;
        _samples.Add(bytes);
        if (!CanJudge || _isReported || Last - First <= slack)
            return;
        _isReported = true;
        findings.Report(Findings.Process, violation, $"{name} grew by more than {Mebibytes(slack)}: {this}");
    }

    public override string ToString() => _samples.Count < 3 ? $"{name}: too few rounds" :
        $"{name} {Mebibytes(First)} in the first third of {_samples.Count} rounds, {Mebibytes(Last)} in the last";

    private static string Mebibytes(long bytes) => FormattableString.Invariant($"{bytes / 1048576.0:0.0} MiB");
}
