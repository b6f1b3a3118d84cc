using System.Reactive.Concurrency;
using IOLoops.Conformance;
using IOLoops.Rx;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace IOLoops.Diagnostics.Tests;

/// <summary>What is logged of a handler that really blocks.</summary>
public sealed class StackTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60); // the first capture loads a good part of the runtime

    private readonly CollectingLoggerFactory _log = new();
    private readonly EventFd _ready = new();
    private readonly EventLoopScheduler _scheduler = new();

    public static MatrixTheoryData<string, string> Ways =>
        new MatrixTheoryData<string, string>(
            ["native", "Rx"],
            [nameof(Blocking.ReadWhatNobodyWrites), nameof(Blocking.WaitForAnEvent), nameof(Blocking.CalculateForEver)]);

    [Theory, MemberData(nameof(Ways))]
    public void The_logged_stack_of_a_handler_that_blocks_names_the_methods(string kind, string way)
    {
        using var installed = LoopStackCapture.Install();
        var entry = Block(kind, way);
        entry.Level.ShouldBe(LogLevel.Warning);
        string[] lines = entry.Message.Split('\n');
        lines[0].ShouldContain($"file descriptor {_ready.Number}");
        int inner = Array.FindIndex(lines, line => line.Contains($"Blocking.{way}(", StringComparison.Ordinal));
        int outer = Array.FindIndex(lines, line => line.Contains("Blocking.OuterMethod(", StringComparison.Ordinal));
        inner.ShouldBeGreaterThan(0, entry.Message);
        outer.ShouldBeGreaterThan(inner, entry.Message);
        lines[^1].ShouldNotContain("Blocking");
    }

    [Fact]
    public void Without_an_installation_what_blocks_is_named_all_the_same()
    {
        LoopStackCapture.Install().Dispose();
        var entry = Block("native", nameof(Blocking.WaitForAnEvent));
        entry.Message.ShouldContain($"{typeof(StackTests).FullName}");
        entry.Message.ShouldNotContain("\n");
    }

    [Fact]
    public void The_last_capture_installed_counts_and_gives_way_to_the_one_before()
    {
        using var first = BlockedLoop.InstallStackCapture(_ => "first");
        var second = BlockedLoop.InstallStackCapture(_ => "second");
        Block("native", nameof(Blocking.WaitForAnEvent)).Message.ShouldEndWith("second");
        second.Dispose();
        second.Dispose();
        Block("native", nameof(Blocking.WaitForAnEvent)).Message.ShouldEndWith("first");
    }

    [Fact]
    public void A_capture_that_fails_is_logged_and_what_blocks_is_named_all_the_same()
    {
        using var installed = BlockedLoop.InstallStackCapture(_ => throw new TestException());
        Block("native", nameof(Blocking.WaitForAnEvent)).Message.ShouldContain($"{typeof(StackTests).FullName}");
        _log.Entries.Count.ShouldBe(2);
        _log.Entries[0].Message.ShouldContain(new TestException().Message);
    }

    public void Dispose()
    {
        _ready.Dispose();
        _scheduler.Dispose();
        _log.Dispose();
    }

    /// <summary>Blocks a handler until a stall was logged.</summary>
    private LogEntry Block(string kind, string way)
    {
        Action<ManualResetEventSlim> block = way switch
        {
            nameof(Blocking.ReadWhatNobodyWrites) => Blocking.ReadWhatNobodyWrites,
            nameof(Blocking.WaitForAnEvent) => Blocking.WaitForAnEvent,
            _ => Blocking.CalculateForEver,
        };
        using IOLoop loop = kind == "native"
            ? new PollIOLoop(new PollIOLoopOptions { LoggerFactory = _log })
            : new RxIOLoop(_scheduler, new HostedIOLoopOptions { LoggerFactory = _log });
        using var over = new ManualResetEventSlim();
        LogEntry? logged = null;
        loop.SetBlockingSignalThreshold(Blocking.Threshold, blocked =>
        {
            loop.LogStack(blocked);
            logged = _log.Entries[^1];
            over.Set();
        });
        loop.AddHandler(_ready.Number, (_, _) =>
        {
            Blocking.OuterMethod(block, over);
            loop.Stop();
        }, IOEvents.Write);
        var run = Task.Factory.StartNew(loop.Start, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        run.Wait(Patience).ShouldBeTrue("no blocked handler was reported");
        return logged.ShouldNotBeNull();
    }
}
