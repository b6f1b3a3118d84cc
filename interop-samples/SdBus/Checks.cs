namespace IOLoops.Samples;

/// <summary>What the program finds right and wrong in what it does.</summary>
internal sealed class Checks
{
    private int _failed;

    internal void That(string what, bool isSo)
    {
        Console.WriteLine($"{(isSo ? "ok  " : "FAIL")}  {what}");
        _failed += isSo ? 0 : 1;
    }

    internal int ExitCode()
    {
        Console.WriteLine(_failed == 0 ? "All was as it should be." : $"{_failed} checks failed.");
        return _failed == 0 ? 0 : 1;
    }
}
