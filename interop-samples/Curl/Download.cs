using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

/// <summary>One transfer of libcurl, which computes the hash of what it receives. All members: the loop's thread.</summary>
internal sealed class Download : IDisposable
{
    private readonly nint _easy = Libcurl.curl_easy_init();
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly GCHandle _self;
    private Exception? _failure;

    internal unsafe Download(string url, TimeSpan? timeout = null)
    {
        _self = GCHandle.Alloc(this);
        Libcurl.CheckEasy(Libcurl.curl_easy_setopt(_easy, Libcurl.Url, url));
        Libcurl.CheckEasy(Libcurl.curl_easy_setopt(_easy, Libcurl.NoProxy, "*")); // the server is on this machine, whatever the environment says
        Set(Libcurl.NoSignal, 1);    // signals belong to the runtime
        Set(Libcurl.FailOnError, 1); // a status of 400 or more is a failure
        if (timeout is { } limit)
            Set(Libcurl.TimeoutMilliseconds, (nint)limit.TotalMilliseconds);
        Set(Libcurl.WriteFunction, (nint)(delegate* unmanaged[Cdecl]<byte*, nint, nint, nint, nint>)&OnData);
        Set(Libcurl.WriteData, GCHandle.ToIntPtr(_self));
        Set(Libcurl.SocketOptionFunction, (nint)(delegate* unmanaged[Cdecl]<nint, int, int, int>)&OnOpened);
        Set(Libcurl.SocketOptionData, GCHandle.ToIntPtr(_self));
    }

    /// <summary>A socket of the transfer's has been opened. libcurl must not be called here, nor in <see cref="Received"/>.</summary>
    internal event Action<int>? Opened;

    /// <summary>Bytes have come: so many in all.</summary>
    internal event Action<long>? Received;

    /// <summary>How many bytes have come.</summary>
    internal long Length { get; private set; }

    /// <summary>Ends with the CURLcode, or with the exception of a handler of the events.</summary>
    internal async Task<int> RunAsync(CurlMulti multi)
    {
        int code = await multi.RunAsync(_easy);
        if (_failure is not null)
            ExceptionDispatchInfo.Throw(_failure);
        return code;
    }

    /// <summary>SHA-256 of what has come; once.</summary>
    internal string TakeHash() => Convert.ToHexString(_hash.GetHashAndReset());

    private void Set(int option, nint value) => Libcurl.CheckEasy(Libcurl.curl_easy_setopt(_easy, option, value));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static unsafe nint OnData(byte* data, nint size, nint count, nint self)
    {
        var download = (Download)GCHandle.FromIntPtr(self).Target!;
        nint length = size * count;
        return download.Guard(() => download.Receive(new ReadOnlySpan<byte>(data, checked((int)length)))) ? length : -1; // -1 ends the transfer
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnOpened(nint self, int socket, int purpose)
    {
        var download = (Download)GCHandle.FromIntPtr(self).Target!;
        return download.Guard(() => download.Opened?.Invoke(socket)) ? 0 : 1; // 1 ends the transfer
    }

    private void Receive(ReadOnlySpan<byte> received)
    {
        _hash.AppendData(received);
        Length += received.Length;
        Received?.Invoke(Length);
    }

    // No exception may pass through libcurl. It is thrown when the transfer has ended.
    private bool Guard(Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (Exception exception)
        {
            _failure ??= exception;
            return false;
        }
    }

    /// <summary>After the transfer has ended.</summary>
    public void Dispose()
    {
        Libcurl.curl_easy_cleanup(_easy);
        _self.Free();
        _hash.Dispose();
    }
}
