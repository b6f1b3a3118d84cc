namespace IOLoops.Extensions.Hosting;

/// <summary>A callback that notes when the loop runs it.</summary>
internal sealed class ProbeCall(TimeProvider time)
{
    private readonly TaskCompletionSource _ran = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly long _added = time.GetTimestamp();

#pragma warning disable VSTHRD003 // several checks may wait for it
    /// <summary>Ends when the loop has run the callback.</summary>
    internal Task Ran => _ran.Task;
#pragma warning restore VSTHRD003

    /// <summary>How long ago the callback was added.</summary>
    internal TimeSpan Age => time.GetElapsedTime(_added);

    /// <summary>How long the callback waited, once it has run.</summary>
    internal TimeSpan Latency { get; private set; }

    internal void Run()
    {
        Latency = Age;
        _ran.SetResult();
    }
}
