using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

/// <summary>One transfer of libcurl, which computes the hash of what it receives. All members: the loop's thread.</summary>
internal sealed unsafe class Download : IDisposable
{
    private readonly nint _easy = Libcurl.curl_easy_init();
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly GCHandle _self;

    internal Download(string url, TimeSpan? timeout = null)
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
    }

    /// <summary>How many bytes have come.</summary>
    internal long Length { get; private set; }

    /// <summary>Ends with the CURLcode.</summary>
    internal Task<int> RunAsync(CurlMulti multi) => multi.RunAsync(_easy);

    /// <summary>SHA-256 of what has come; once.</summary>
    internal string TakeHash() => Convert.ToHexString(_hash.GetHashAndReset());

    private void Set(int option, nint value) => Libcurl.CheckEasy(Libcurl.curl_easy_setopt(_easy, option, value));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint OnData(byte* data, nint size, nint count, nint self)
    {
        var download = (Download)GCHandle.FromIntPtr(self).Target!;
        var received = new ReadOnlySpan<byte>(data, checked((int)(size * count)));
        download._hash.AppendData(received);
        download.Length += received.Length;
        return received.Length; // anything else ends the transfer
    }

    /// <summary>After the transfer has ended.</summary>
    public void Dispose()
    {
        Libcurl.curl_easy_cleanup(_easy);
        _self.Free();
        _hash.Dispose();
    }
}
