using IOLoops.Conformance;
using IOLoops.VsThreading;
using Microsoft.VisualStudio.Threading;

namespace IOLoops.Sources.Tests.Loops;

/// <summary>Loops whose turns run while their main thread is blocked in a <c>JoinableTaskFactory.Run</c> that has joined the loop.</summary>
public sealed class BlockedMainThreadFixture : MainThreadFixture
{
    private readonly Dictionary<IOLoop, MainThread> _threads = [];

    public override string Name => "JTF while its main thread is blocked in Run";

    public override bool IsPumpable => true;

    public override IOLoop Create(IOLoopOptions? options = null)
    {
        var main = NewMain();
        var loop = new JoinableTaskIOLoop(main.JoinableTaskContext.Factory, HostedOptions.From(options));
        _threads.Add(loop, main);
        return loop;
    }

    public override void Run(IOLoop loop)
    {
        var hosted = (JoinableTaskIOLoop)loop;
        var main = _threads[loop];
        var ended = new TaskCompletionSource();
        hosted.Attach();
        main.Context.Post(_ => Block(main.JoinableTaskContext.Factory, hosted, ended), null);
#pragma warning disable VSTHRD002 // Run blocks, as Start does
        ended.Task.GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
    }

    private static void Block(JoinableTaskFactory factory, JoinableTaskIOLoop loop, TaskCompletionSource ended)
    {
        try
        {
            factory.Run(async () =>
            {
                using var joined = loop.Join();
#pragma warning disable VSTHRD003 // the loop was joined
                await loop.Completion;
#pragma warning restore VSTHRD003
            });
            ended.SetResult();
        }
        catch (Exception exception)
        {
            ended.SetException(exception);
        }
    }
}
