using System.Diagnostics;
using System.Runtime.InteropServices;
using IOLoops.Conformance;
using Shouldly;

namespace IOLoops.Tests;

/// <summary>Interrupts the system calls of one thread by signals, one after another, until it is disposed of.</summary>
internal sealed partial class ThreadSignals : IDisposable
{
    private const int WindowChanged = 28;

    private readonly SemaphoreSlim _handled = new(0);
    private readonly PosixSignalRegistration _registration;
    private readonly OtherThread _sender;
    private readonly List<long> _sent = []; // guarded by itself; when, by the Stopwatch
    private volatile bool _over;

    /// <param name="thread">The thread's number, as the kernel knows it.</param>
    /// <param name="most">For how long, should the thread never get to the end of what is interrupted.</param>
    internal ThreadSignals(int thread, TimeSpan most)
    {
#pragma warning disable CA1416 // not on Windows: nor are these tests
        _registration = PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => _handled.Release());
#pragma warning restore CA1416
        _sender = OtherThread.Start(() => Send(thread, most));
    }

    /// <summary>How many signals were sent.</summary>
    internal int Count
    {
        get
        {
            lock (_sent)
                return _sent.Count;
        }
    }

    /// <summary>When the last signal was sent before an instant of the <see cref="Stopwatch"/>; 0: none was.</summary>
    internal long LastBefore(long timestamp)
    {
        lock (_sent)
            return _sent.FindLast(sent => sent < timestamp);
    }

    [LibraryImport("libc", EntryPoint = "gettid")]
    internal static partial int CurrentThread();

    public void Dispose()
    {
        _over = true;
        _sender.Join();
        _registration.Dispose();
        _handled.Dispose();
    }

    private void Send(int thread, TimeSpan most)
    {
        long from = Stopwatch.GetTimestamp();
        while (!_over && Stopwatch.GetElapsedTime(from) < most)
        {
            lock (_sent)
                _sent.Add(Stopwatch.GetTimestamp());
            tgkill(Environment.ProcessId, thread, WindowChanged).ShouldBe(0);
            _handled.Wait(Bounded.Patience).ShouldBeTrue();
        }
    }

    [LibraryImport("libc")]
    private static partial int tgkill(int process, int thread, int signal);
}
