using System.Diagnostics.Tracing;
using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Diagnostics.NETCore.Client;
using Microsoft.Diagnostics.Tracing.Etlx;

namespace IOLoops.Diagnostics;

/// <summary>The sampling profiler of the own process, over its diagnostics port.</summary>
internal static class StackSampler
{
    private const string Provider = "Microsoft-DotNETCore-SampleProfiler";

    // Of a thread that is blocked one sample would do; the profiler takes one each millisecond.
    private static readonly TimeSpan Sampling = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // One session at a time: each stops all threads for moments, and a second would sample the first.
    private static readonly Lock Gate = new();

    /// <summary>The stack of a blocked loop's thread; null when the profiler has not seen it.</summary>
    /// <exception cref="NotSupportedException">There is no diagnostics port.</exception>
    internal static string? Capture(BlockedLoop blocked)
    {
        if (!RuntimeFeature.IsDynamicCodeSupported)
            throw new NotSupportedException("a program compiled ahead of time has no sampling profiler.");
        if (blocked.NativeThreadId == 0)
            throw new NotSupportedException("the thread's number in the operating system is not known here.");
        // Beginning and ending a session wait for the runtime without a bound.
        var capture = Task.Factory.StartNew(
            () => CaptureAlone(blocked.NativeThreadId), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
#pragma warning disable VSTHRD002 // for a bounded time, on a thread that is no main thread, or whose caller asked to wait
        return Task.WaitAny([capture], Patience) == 0 ? capture.GetAwaiter().GetResult() : throw TooLate();
#pragma warning restore VSTHRD002
    }

    private static TimeoutException TooLate() => new($"the runtime has not handed over its samples within {Patience.TotalSeconds} s.");

    private static string? CaptureAlone(long thread)
    {
        if (!Gate.TryEnter(Patience))
            throw TooLate();
        try
        {
            string folder = Directory.CreateTempSubdirectory("ioloop-stack-").FullName;
            try
            {
                string trace = Path.Combine(folder, "trace.nettrace");
                Record(trace);
                return Read(trace, thread);
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }
        finally
        {
            Gate.Exit();
        }
    }

    private static void Record(string trace)
    {
        using var session = Open();
        using var file = File.Create(trace);
        var copying = session.EventStream.CopyToAsync(file);
        Thread.Sleep(Sampling);
        session.Stop();
#pragma warning disable VSTHRD002 // for a bounded time, on a thread that is no main thread, or whose caller asked to wait
        bool isOver = copying.Wait(Patience);
#pragma warning restore VSTHRD002
        if (!isOver)
            throw TooLate();
    }

    private static EventPipeSession Open()
    {
        try
        {
            return new DiagnosticsClient(Environment.ProcessId).StartEventPipeSession(
                [new EventPipeProvider(Provider, EventLevel.Informational)], requestRundown: true);
        }
        catch (ServerNotAvailableException exception)
        {
            throw new NotSupportedException(
                "the runtime's diagnostics port is not to be reached: DOTNET_EnableDiagnostics=0 closes it, and it needs a folder for temporary files (TMPDIR).", exception);
        }
    }

    private static string? Read(string trace, long thread)
    {
        using var log = new TraceLog(TraceLog.CreateFromEventPipeDataFile(trace));
        TraceCallStack? stack = null;
        foreach (var sample in log.Events)
        {
            if (sample.ThreadID == thread && sample.ProviderName == Provider && sample.CallStack() is { } found)
                stack = found; // the last counts
        }
        return stack is null ? null : Format(stack);
    }

    private static string Format(TraceCallStack innermost)
    {
        var text = new StringBuilder();
        for (var frame = innermost; frame is not null; frame = frame.Caller)
        {
            if (text.Length > 0)
                text.AppendLine();
            // Parameters are written as in IL.
            string method = frame.CodeAddress.FullMethodName
                .Replace("value class ", "", StringComparison.Ordinal)
                .Replace("class ", "", StringComparison.Ordinal)
                .Replace(",", ", ", StringComparison.Ordinal);
            text.Append("   at ").Append(method.Length > 0 ? method : "?").Append(" in ").Append(frame.CodeAddress.ModuleName);
        }
        return text.ToString();
    }
}
