using System.Diagnostics;

namespace IOLoops.Samples;

/// <summary>Changes files for five seconds, as programs do, on a thread of its own that knows nothing of the loop.</summary>
internal sealed class DemoWriter(DemoFolder folder)
{
    /// <summary>The last file to be made: who has seen it has seen all, since the kernel keeps the order.</summary>
    internal const string LastFile = "the.end";

    private const int Steps = 250;
    private const int StepsPerUpload = 50;
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(20);

    private FileStream? _upload;

    internal static TimeSpan Duration => Steps * Step;

    /// <param name="fail">Called on the writer's thread with what it could not do.</param>
    /// <param name="cancellation">Ends it soon.</param>
    internal Task RunAsync(Action<Exception> fail, CancellationToken cancellation) => Task.Factory.StartNew(
        () =>
        {
            try
            {
                Run(cancellation);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                fail(failure);
            }
        },
        CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void Run(CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        for (int step = 0; step < Steps; step++)
        {
            Change(step);
            var wait = (step + 1) * Step - Stopwatch.GetElapsedTime(start);
            if (cancellation.WaitHandle.WaitOne(wait > TimeSpan.Zero ? wait : TimeSpan.Zero))
                break;
        }
        _upload?.Dispose();
        if (!cancellation.IsCancellationRequested)
            folder.Append(LastFile, "that was all\n");
    }

    private void Change(int step)
    {
        folder.Append("journal.log", $"step {step}\n");
        if (step % 10 == 5)
            Save("settings.json", $$"""{ "step": {{step}} }""");
        if (step % 60 == 30)
            LockBriefly("writer.lock");
        Upload($"upload-{step / StepsPerUpload + 1}", step % StepsPerUpload);
        if (step == Steps - 20)
            folder.Delete("upload-1.bin");
    }

    /// <summary>As editors do: readers see the old file or the new one, never half of it.</summary>
    private void Save(string name, string text)
    {
        folder.Append(name + ".new", text);
        folder.Move(name + ".new", name);
    }

    private void LockBriefly(string name)
    {
        for (int i = 0; i < 5; i++)
        {
            folder.Close(folder.Create(name));
            folder.Delete(name);
        }
    }

    /// <summary>Slowly, a piece at a time: only its close says that it is complete.</summary>
    private void Upload(string name, int step)
    {
        if (step == 0)
            _upload = folder.Create(name + ".part");
        else if (step <= 36 && step % 4 == 0)
            folder.Write(_upload!, new string('x', 1000));
        else if (step == 37)
            folder.Close(_upload!);
        else if (step == 45)
            folder.Move(name + ".part", name + ".bin");
    }
}
