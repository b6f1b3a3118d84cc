using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using IOLoops;

/// <summary>
/// libcurl's multi interface on a loop: it says what to wait for, the loop waits, and says what has happened. All members: the loop's
/// thread.
/// </summary>
internal sealed unsafe class CurlMulti : IDisposable
{
    private readonly IOLoop _loop;
    private readonly nint _multi;
    private readonly GCHandle _self;
    private readonly HashSet<int> _watched = [];
    private readonly Dictionary<nint, TaskCompletionSource<int>> _transfers = [];
    private TimeoutHandle _timeout;
    private Exception? _failure;

    internal CurlMulti(IOLoop loop)
    {
        _loop = loop;
        _multi = Libcurl.curl_multi_init();
        _self = GCHandle.Alloc(this);
        nint self = GCHandle.ToIntPtr(_self);
        Libcurl.Check(Libcurl.curl_multi_setopt(_multi, Libcurl.SocketFunction, (nint)(delegate* unmanaged[Cdecl]<nint, int, int, nint, nint, int>)&OnSocket));
        Libcurl.Check(Libcurl.curl_multi_setopt(_multi, Libcurl.SocketData, self));
        Libcurl.Check(Libcurl.curl_multi_setopt(_multi, Libcurl.TimerFunction, (nint)(delegate* unmanaged[Cdecl]<nint, nint, nint, int>)&OnTimer));
        Libcurl.Check(Libcurl.curl_multi_setopt(_multi, Libcurl.TimerData, self));
    }

    /// <summary>Begins a transfer. Its task ends with the CURLcode.</summary>
    internal Task<int> RunAsync(nint easy)
    {
        if (_failure is not null)
            return Task.FromException<int>(_failure);
        // Code that awaits the task resumes in a call of its own, and may begin the next transfer there.
        var ended = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        Libcurl.Check(Libcurl.curl_multi_add_handle(_multi, easy)); // sets a timeout of zero
        _transfers.Add(easy, ended);
        return ended.Task;
    }

    // libcurl calls this while it runs, to say what it waits for. It must not be called here.
    private void Watch(int socket, int what)
    {
        if (what == Libcurl.PollRemove)
        {
            if (_watched.Remove(socket)) // without it the socket may have a handler that is not libcurl's
                _loop.RemoveHandler(socket);
            return;
        }
        var events = ((what & Libcurl.PollIn) != 0 ? IOEvents.Read : 0) | ((what & Libcurl.PollOut) != 0 ? IOEvents.Write : 0);
        if (_watched.Contains(socket))
        {
            _loop.UpdateHandler(socket, events);
            return;
        }
        _loop.AddHandler(socket, (fd, ready) => Act((int)fd.Number, ready), events);
        _watched.Add(socket); // only now: AddHandler may throw
    }

    // The same, for the one timeout that libcurl has; a new one replaces it.
    private void SetTimeout(nint milliseconds)
    {
        _loop.RemoveTimeout(_timeout);
        _timeout = milliseconds < 0 ? default : _loop.CallLater(TimeSpan.FromMilliseconds(milliseconds), () => Act(Libcurl.SocketTimeout, IOEvents.None));
    }

    private void Act(int socket, IOEvents ready)
    {
        int events = (ready.IsReadable() ? Libcurl.SelectIn : 0) | (ready.IsWritable() ? Libcurl.SelectOut : 0) | (ready.HasError() ? Libcurl.SelectError : 0);
        int code = Libcurl.curl_multi_socket_action(_multi, socket, events, out _);
        if (code != 0)
            _failure ??= Libcurl.Failure(code);
        TakeEnded();
        if (_failure is not null)
            Fail(_failure);
    }

    private void TakeEnded()
    {
        while (Libcurl.curl_multi_info_read(_multi, out _) is var message && message is not null)
        {
            var (easy, result) = (message->Easy, message->Result); // the message is gone when its transfer is removed
            int code = Libcurl.curl_multi_remove_handle(_multi, easy);
            if (code != 0)
                _failure ??= Libcurl.Failure(code);
            _transfers.Remove(easy, out var ended);
            ended!.TrySetResult(result);
        }
    }

    // A transfer is removed before its task ends: its owner may free it then.
    private void Fail(Exception exception)
    {
        foreach (var (easy, ended) in _transfers)
        {
            _ = Libcurl.curl_multi_remove_handle(_multi, easy);
            ended.TrySetException(exception);
        }
        _transfers.Clear();
    }

    // No exception may pass through libcurl. After -1 it does nothing more, and the exception is reported when its call has returned.
    private int Guard(Action action)
    {
        try
        {
            action();
            return 0;
        }
        catch (Exception exception)
        {
            _failure ??= exception;
            return -1;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnSocket(nint easy, int socket, int what, nint self, nint socketData)
    {
        var multi = (CurlMulti)GCHandle.FromIntPtr(self).Target!;
        return multi.Guard(() => multi.Watch(socket, what));
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnTimer(nint handle, nint milliseconds, nint self)
    {
        var multi = (CurlMulti)GCHandle.FromIntPtr(self).Target!;
        return multi.Guard(() => multi.SetTimeout(milliseconds));
    }

    /// <summary>Ends all transfers. libcurl removes its sockets meanwhile, so the loop must still be there.</summary>
    public void Dispose()
    {
        foreach (var (easy, ended) in _transfers)
        {
            _ = Libcurl.curl_multi_remove_handle(_multi, easy);
            ended.TrySetCanceled();
        }
        _ = Libcurl.curl_multi_cleanup(_multi);
        _loop.RemoveTimeout(_timeout);
        _self.Free();
    }
}
