using IOLoops.Conformance;
using IOLoops.Diagnostics;
using IOLoops.Tests.Stress;
using Shouldly;
using Xunit;

namespace IOLoops.Tests.Diagnostics;

/// <summary>Loops without a logger factory. The standard error stream is the whole process's, so nothing runs beside these.</summary>
[Collection(nameof(Alone))]
public sealed class StandardErrorTests : IDisposable
{
    private readonly TextWriter _before = Console.Error;
    private readonly PollIOLoop _loop = new(new PollIOLoopOptions { Name = "orders" });

    [Fact]
    public void A_storm_that_ends_with_the_loop_tells_how_many_entries_were_suppressed()
    {
        using var written = new StringWriter();
        Console.SetError(written);
        Storm(1000);
        _loop.Close();
        written.ToString().ShouldContain("[orders] Warning: 980 more entries within a second were suppressed.");
    }

    [Fact]
    public void A_stream_that_is_disposed_ends_no_loop()
    {
        var gone = new StreamWriter(new MemoryStream());
        gone.Dispose();
        Console.SetError(gone);
        Should.NotThrow(() => Storm(EntryBudget.MostPerWindow * 2));
        Should.NotThrow(() => _loop.Close());
    }

    public void Dispose()
    {
        Console.SetError(_before);
        _loop.Close();
    }

    private void Storm(int failures)
    {
        bool wentOn = false;
        for (int i = 0; i < failures; i++)
            _loop.AddCallback((Action)(static () => throw new TestException()));
        _loop.AddCallback(() => wentOn = true);
        _loop.RunOnce(TimeSpan.Zero);
        wentOn.ShouldBeTrue();
    }
}
