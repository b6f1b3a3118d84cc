using IOLoops;
using Soak.Checking;

namespace Soak.Loops;

/// <summary>A native loop. Each run has a thread of its own.</summary>
internal sealed class NativeSubject(PollIOLoopOptions options) : Subject
{
    private readonly PollIOLoop _loop = new(options);
    private int _thread;
    private Task _run = Task.CompletedTask;

    internal override IOLoop Loop => _loop;

    internal override bool IsOwnThread => Environment.CurrentManagedThreadId == Volatile.Read(ref _thread);

    internal override void Start() => _run = Worker.Start("soak loop", () =>
    {
        Volatile.Write(ref _thread, Environment.CurrentManagedThreadId);
        _loop.Start();
    });

    internal override void RunSync(Func<Task> function)
    {
        Volatile.Write(ref _thread, Environment.CurrentManagedThreadId);
        _loop.RunSync(function, Patience.Bound);
    }

    internal override async Task StopAsync()
    {
        await _loop.StopAsync().ConfigureAwait(false);
        await _run.ConfigureAwait(false);
    }
}
