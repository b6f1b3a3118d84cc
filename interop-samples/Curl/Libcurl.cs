using System.Runtime.InteropServices;

/// <summary>
/// The part of libcurl that this sample calls. The <c>setopt</c> functions take variable arguments in C. On Linux, x64 and arm64, such a
/// call passes one pointer or integer like any other call does.
/// </summary>
internal static unsafe partial class Libcurl
{
    internal const int GlobalDefault = 3;

    // CURLoption
    internal const int WriteData = 10001;
    internal const int Url = 10002;
    internal const int SocketOptionData = 10149;
    internal const int WriteFunction = 20011;
    internal const int SocketOptionFunction = 20148;
    internal const int FailOnError = 45;
    internal const int NoSignal = 99;
    internal const int TimeoutMilliseconds = 155;
    internal const int NoProxy = 10177;

    // CURLMoption
    internal const int SocketFunction = 20001;
    internal const int SocketData = 10002;
    internal const int TimerFunction = 20004;
    internal const int TimerData = 10005;

    // What the socket function is given (CURL_POLL_*), and what curl_multi_socket_action is given (CURL_CSELECT_*).
    internal const int PollIn = 1;
    internal const int PollOut = 2;
    internal const int PollRemove = 4;
    internal const int SelectIn = 1;
    internal const int SelectOut = 2;
    internal const int SelectError = 4;
    internal const int SocketTimeout = -1;

    internal const int OperationTimedOut = 28; // CURLE_OPERATION_TIMEDOUT

    private const string Library = "libcurl.so.4";

    /// <summary>CURLMsg. Its one kind says that a transfer has ended, and with which CURLcode.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Message
    {
        internal int Kind;
        internal nint Easy;
        internal int Result; // in a union with a pointer
    }

    [LibraryImport(Library)]
    internal static partial int curl_global_init(long flags);

    [LibraryImport(Library)]
    internal static partial nint curl_easy_init();

    [LibraryImport(Library)]
    internal static partial int curl_easy_setopt(nint easy, int option, nint value);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int curl_easy_setopt(nint easy, int option, string value);

    [LibraryImport(Library)]
    internal static partial void curl_easy_cleanup(nint easy);

    [LibraryImport(Library)]
    private static partial byte* curl_easy_strerror(int code);

    [LibraryImport(Library)]
    internal static partial nint curl_multi_init();

    [LibraryImport(Library)]
    internal static partial int curl_multi_setopt(nint multi, int option, nint value);

    [LibraryImport(Library)]
    internal static partial int curl_multi_add_handle(nint multi, nint easy);

    [LibraryImport(Library)]
    internal static partial int curl_multi_remove_handle(nint multi, nint easy);

    [LibraryImport(Library)]
    internal static partial int curl_multi_socket_action(nint multi, int socket, int events, out int running);

    [LibraryImport(Library)]
    internal static partial Message* curl_multi_info_read(nint multi, out int left);

    [LibraryImport(Library)]
    internal static partial int curl_multi_cleanup(nint multi);

    [LibraryImport(Library)]
    private static partial byte* curl_multi_strerror(int code);

    /// <summary>What a CURLcode, the result of a transfer or of a function of the easy interface, says.</summary>
    internal static string Explain(int code) => Marshal.PtrToStringUTF8((nint)curl_easy_strerror(code))!;

    /// <summary>What a CURLMcode, the result of a function of the multi interface, says.</summary>
    internal static InvalidOperationException Failure(int code) => new($"libcurl: {Marshal.PtrToStringUTF8((nint)curl_multi_strerror(code))}.");

    internal static void CheckEasy(int code)
    {
        if (code != 0)
            throw new InvalidOperationException($"libcurl: {Explain(code)}.");
    }

    internal static void Check(int code)
    {
        if (code != 0)
            throw Failure(code);
    }
}
