using System.IO.Pipes;
using IOLoops;

namespace Faults;

/// <summary>A loop of the same process whose own calls never fail. It must work whatever happens to the others.</summary>
internal sealed class Bystander
{
    private readonly PollIOLoop _loop = new(new PollIOLoopOptions { Name = "bystander" });
    private readonly AnonymousPipeServerStream _pipe = new(PipeDirection.Out);
    private volatile TaskCompletionSource _called = new();

    internal Bystander()
    {
        _loop.AddHandler(_pipe.ClientSafePipeHandle, OnReadable, IOEvents.Read);
        new Thread(Run) { IsBackground = true, Name = "bystander" }.Start();
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
