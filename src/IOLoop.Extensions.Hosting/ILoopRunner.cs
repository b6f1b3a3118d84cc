namespace IOLoops.Extensions.Hosting;

/// <summary>What an application runs: a loop, or a group of them.</summary>
internal interface ILoopRunner
{
    string Name { get; }

    IReadOnlyList<ApplicationIOLoop> Loops { get; }

    /// <summary>Called for each loop whose run ends before <see cref="Stop"/>, before the task of <see cref="RunAsync"/> ends. Must not throw.</summary>
    Action<PollIOLoop, Exception?>? LoopEnded { set; }

    /// <summary>Runs until all loops have ended.</summary>
    Task RunAsync();

    void Stop();

    /// <summary>Closes what has ended.</summary>
    void Dispose();

    /// <summary>The run did not end in time: disposing must not wait for it any more.</summary>
    void Abandon();
}
