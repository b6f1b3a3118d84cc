using System.Diagnostics;
using System.Security.Cryptography;
using IOLoops;

// 100 downloads at once by libcurl, on the loop's thread, from a server on the same loop. --corrupt: the server changes one byte.
const int Files = 100;
bool corrupts = args is ["--corrupt"];
if (args.Length > 0 && !corrupts)
{
    Console.Error.WriteLine("usage: Curl [--corrupt]");
    return 2;
}
try
{
    _ = Libcurl.curl_global_init(Libcurl.GlobalDefault);
}
catch (DllNotFoundException)
{
    Console.Error.WriteLine("There is no libcurl.so.4. On Debian it is in the package libcurl4.");
    return 2;
}
using var loop = new PollIOLoop();
return loop.RunSync(RunAsync, TimeSpan.FromMinutes(2));

async Task<int> RunAsync()
{
    using var server = new FileServer(loop, Files, corrupts);
    using var silent = new Download(server.Url + "silence", timeout: TimeSpan.FromMilliseconds(50));
    using var multi = new CurlMulti(loop);
    long began = Stopwatch.GetTimestamp();
    int wrong = await AllAsync(multi, server.Url);
    Console.WriteLine($"{Stopwatch.GetElapsedTime(began).TotalMilliseconds:0} ms, all on one thread");

    int code = await silent.RunAsync(multi);
    Console.WriteLine($"no answer: {Libcurl.Explain(code)}");

    bool isReported = await Failures.OfReceiverAsync(multi, server.Url + "1");
    Console.WriteLine(isReported ? "a receiver that throws ends its transfer only" : "WRONG: the exception of a receiver");
    bool hasFailed = await Failures.OfWatchAsync(loop, server.Url + "1");
    Console.WriteLine(hasFailed ? "a socket that the program watches: the transfer fails" : "WRONG: a socket that the program watches");
    return wrong == 0 && code == Libcurl.OperationTimedOut && isReported && hasFailed ? 0 : 1;
}

async Task<int> AllAsync(CurlMulti multi, string url)
{
    var downloads = Enumerable.Range(0, Files).Select(number => new Download(url + number)).ToList();
    int[] codes = await Task.WhenAll(downloads.Select(download => download.RunAsync(multi)));
    int wrong = 0;
    for (int number = 0; number < Files; number++)
    {
        using var download = downloads[number];
        if (codes[number] == 0 && download.TakeHash() == Convert.ToHexString(SHA256.HashData(FileServer.Content(number))))
            continue;
        wrong++;
        Console.WriteLine($"download {number}: {(codes[number] == 0 ? "wrong content" : Libcurl.Explain(codes[number]))}");
    }
    Console.WriteLine($"{Files} downloads at once, {downloads.Sum(download => download.Length):N0} bytes, {wrong} wrong");
    return wrong;
}
