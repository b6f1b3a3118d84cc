using IOLoops;

namespace LoopBench;

/// <summary>Things that rest on one loop, and are made on its thread.</summary>
internal abstract class OnOneLoop : RestSubject
{
    private readonly Task _run;

    protected OnOneLoop()
    {
        Loop.CallbackException += static (_, failure) => Program.Fail(failure.Exception);
        _run = Loop.RunAsync();
    }

    protected PollIOLoop Loop { get; } = new();

    internal override void Run(Action body) => Loop.RunThere(body);

    public override void Dispose()
    {
        Loop.StopAsync().Wait();
        _run.Wait();
        Loop.Close();
        base.Dispose();
    }
}
