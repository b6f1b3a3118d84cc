using System.IO.Pipes;
using IOLoops;

namespace Faults;

/// <summary>A loop of the same process whose own calls never fail. It must work whatever happens to the others.</summary>
internal sealed class Bystander
{
    private readonly IOLoop _loop;
    private readonly AnonymousPipeServerStream _pipe = new(PipeDirection.Out);
    private volatile TaskCompletionSource _called = new();

    /// <param name="isHosted">Whether it sleeps on the shared thread, beside the loop whose calls fail: those of that thread fail, too.</param>
    internal Bystander(bool isHosted)
    {
        _loop = isHosted ? Attach(new PumpedHost()) : new PollIOLoop(new PollIOLoopOptions { Name = "bystander" });
        if (!isHosted)
            new Thread(Run) { IsBackground = true, Name = "bystander" }.Start();
        _loop.InvokeAsync(() => _loop.AddHandler(_pipe.ClientSafePipeHandle, OnReadable, IOEvents.Read)).Wait(Trial.Patience);
        Require();
    }

    internal IOLoop Loop => _loop;

    /// <summary>Throws unless a post and a handler run in time. A thread that is exempt from faults.</summary>
    internal void Require()
    {
        _called = new TaskCompletionSource();
        if (!_loop.InvokeAsync(static () => { }).Wait(Trial.Patience))
            throw new HungException("a post to another loop");
        _pipe.WriteByte(1);
        if (!_called.Task.Wait(Trial.Patience))
            throw new HungException("a handler of another loop");
    }

    private static SynchronizationContextIOLoop Attach(PumpedHost host) => host.Call(() =>
    {
        Shim.ExemptThisThread();
        return SynchronizationContextIOLoop.Attach(host.Context, new HostedIOLoopOptions { Name = "bystander", Poller = PollerKind.Epoll });
    });

    private void Run()
    {
        Shim.ExemptThisThread();
        _loop.Start();
    }

    private void OnReadable(FileDescriptor fd, IOEvents events)
    {
        Native.ReadByte(_pipe.ClientSafePipeHandle);
        _called.TrySetResult();
    }
}
