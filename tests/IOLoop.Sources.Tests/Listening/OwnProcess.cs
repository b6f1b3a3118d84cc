using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using IOLoops.Conformance;
using Shouldly;

namespace IOLoops.Sources.Tests.Listening;

/// <summary>What changes a whole process, its limits or its standard streams, happens in one of its own: this program, started once more.</summary>
internal static class OwnProcess
{
    internal const int Passed = 42;

    internal const string Variable = "IOLOOP_SOURCES_LISTENING_TESTS";
    private const int LimitOfFiles = 7; // RLIMIT_NOFILE of Linux
    private const int GetFlags = 3;

    internal static void Run(string scenario)
    {
        var (exitCode, error) = TestProgram.RunAgain(typeof(OwnProcess).Assembly, (Variable, scenario));
        exitCode.ShouldBe(Passed, error);
    }

    [ModuleInitializer]
    internal static void RunIfAsked()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } scenario)
            return;
        using var loop = new PollIOLoop();
        try
        {
            loop.RunSync(() => Play(loop, scenario), TimeSpan.FromSeconds(30));
            Environment.Exit(Passed);
        }
        catch (Exception exception)
        {
            SetLimit(GetLimit().Hard, GetLimit().Hard);
            Console.Error.WriteLine(exception);
            Environment.Exit(1);
        }
    }

    private static Task Play(IOLoop loop, string scenario) => scenario switch
    {
        nameof(Shortage) => Shortage(loop),
        nameof(Openings) => Openings.Play(loop),
        nameof(StandardInput) => StandardInput(loop),
        nameof(Folders.WatchLimit) => Folders.WatchLimit.Play(loop),
        _ => StandardOutput(loop),
    };

    internal static async Task Shortage(IOLoop loop)
    {
        var failures = new List<Exception>();
        loop.CallbackException += (_, failure) =>
        {
            failures.Add(failure.Exception);
            failure.Handled = true;
        };
        using var listening = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listening.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listening.Listen();
        using var listener = new LoopListener(loop, listening);
        await LoadWhatItTakes(listening, listener);
        var (soft, hard) = GetLimit();
        for (int round = 1; round <= 2; round++)
        {
            using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            client.Connect(listening.LocalEndPoint!);
            await WakePool();
            SetLimit(0, hard);
            var accept = listener.AcceptAsync().AsTask();
            var before = Environment.CpuUsage.TotalTime;
            await Task.Delay(TimeSpan.FromMilliseconds(300), loop.TimeProvider); // the listener tries several times
            var used = Environment.CpuUsage.TotalTime - before;
            SetLimit(soft, hard);
            accept.IsCompleted.ShouldBeFalse(accept.Exception?.ToString());
            failures.Count.ShouldBe(round);
            failures[^1].ShouldBeOfType<IOException>().HResult.ShouldBe(24);
            used.ShouldBeLessThan(TimeSpan.FromMilliseconds(200), "it spins");
            await (await accept.WaitAsync(TimeSpan.FromSeconds(10))).DisposeAsync();
        }
        using var waiting = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        waiting.Connect(listening.LocalEndPoint!);
        await WakePool();
        SetLimit(0, hard);
        using var source = new CancellationTokenSource();
        var cancelled = listener.AcceptAsync(source.Token).AsTask();
        await Task.Delay(TimeSpan.FromMilliseconds(5), loop.TimeProvider); // it rests
#pragma warning disable CA1849, VSTHRD103 // CancelAsync needs a thread, which needs descriptors
        source.Cancel();
#pragma warning restore CA1849, VSTHRD103
        SetLimit(soft, hard);
        await Should.ThrowAsync<OperationCanceledException>(() => cancelled);
        await (await listener.AcceptAsync()).DisposeAsync();
    }

    /// <summary>
    /// Makes the pool's threads, which need descriptors when they are made: .NET ends the process when it cannot make the one that watches
    /// the pool, and that one ends when the pool has been idle for half a second.
    /// </summary>
    internal static Task WakePool() => Task.Run(static () => { });

    /// <summary>Without descriptors .NET cannot load assemblies.</summary>
    private static async Task LoadWhatItTakes(Socket listening, LoopListener listener)
    {
        var accept = listener.AcceptAsync().AsTask();
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        client.Connect(listening.LocalEndPoint!);
        await (await accept).DisposeAsync();
    }

    internal static async Task StandardInput(IOLoop loop)
    {
        var (reader, writer) = Pipe();
        dup2(reader, 0).ShouldBe(0);
        _ = close(reader);
        int flags = fcntl(0, GetFlags, 0);
        byte[] buffer = new byte[16];
        for (int i = 0; i < 2; i++)
        {
            await using var input = loop.OpenStandardInput();
            input.CanWrite.ShouldBeFalse();
            using var source = new CancellationTokenSource();
            var read = input.ReadAsync(buffer, source.Token).AsTask();
            await source.CancelAsync();
            await Should.ThrowAsync<OperationCanceledException>(() => read);
            read = input.ReadAsync(buffer).AsTask();
            Send(writer);
            (await read).ShouldBe(1);
            fcntl(0, GetFlags, 0).ShouldBe(flags);
        }
        _ = close(writer);
        (await loop.OpenStandardInput().ReadAsync(buffer)).ShouldBe(0);
        fcntl(0, GetFlags, 0).ShouldBe(flags);
        _ = close(0);
        Should.Throw<IOException>(() => loop.OpenStandardInput()).HResult.ShouldBe(9);
    }

    internal static async Task StandardOutput(IOLoop loop)
    {
        foreach (int number in (int[])[1, 2])
        {
            var (reader, writer) = LoopStream.CreatePipe(loop);
            int original = dup(number);
            dup2((int)writer.Descriptor.Number, number).ShouldBe(number);
            await writer.DisposeAsync();
            var output = number == 1 ? loop.OpenStandardOutput() : loop.OpenStandardError();
            output.CanRead.ShouldBeFalse();
            await output.WriteAsync("out"u8.ToArray());
            await output.DisposeAsync();
            (await reader.ReadAsync(new byte[16])).ShouldBe(3);
            fcntl(number, GetFlags, 0).ShouldBeGreaterThan(0);
            _ = dup2(original, number);
        }
    }

    private static unsafe (int Reader, int Writer) Pipe()
    {
        int* ends = stackalloc int[2];
        pipe(ends).ShouldBe(0);
        return (ends[0], ends[1]);
    }

    private static unsafe void Send(int writer)
    {
        byte sent = 7;
        write(writer, &sent, 1).ShouldBe(1);
    }

    internal static unsafe (ulong Soft, ulong Hard) GetLimit()
    {
        ulong* limits = stackalloc ulong[2];
        getrlimit(LimitOfFiles, limits).ShouldBe(0);
        return (limits[0], limits[1]);
    }

    internal static unsafe void SetLimit(ulong soft, ulong hard)
    {
        ulong* limits = stackalloc ulong[2];
        limits[0] = soft;
        limits[1] = hard;
        setrlimit(LimitOfFiles, limits).ShouldBe(0);
    }

    [DllImport("libc")]
    private static extern unsafe int getrlimit(int resource, ulong* limits);

    [DllImport("libc")]
    private static extern unsafe int setrlimit(int resource, ulong* limits);

    [DllImport("libc")]
    private static extern unsafe int pipe(int* ends);

    [DllImport("libc")]
    private static extern int dup(int fd);

    [DllImport("libc")]
    private static extern int dup2(int from, int to);

    [DllImport("libc")]
    private static extern int fcntl(int fd, int command, nint argument);

    [DllImport("libc")]
    private static extern int close(int fd);

    [DllImport("libc")]
    private static extern unsafe nint write(int fd, byte* bytes, nuint count);
}
