namespace IOLoops.Samples;

/// <summary>All steps, in order.</summary>
internal static class Steps
{
    internal static IReadOnlyList<Step> All { get; } =
    [
        new(1, "EventLoopScheduler", Step1.Run),
        new(2, "RxIOLoop on an EventLoopScheduler", Step2.Run),
        new(3, "PollIOLoop, and its AsScheduler()", Step3.Run),
        new(4, "PollIOLoop", Step4.Run),
    ];

    /// <exception cref="ExitException">There is none of this number.</exception>
    internal static Step Find(string number) =>
        All.FirstOrDefault(step => $"{step.Number}" == number)
        ?? throw new ExitException(ExitException.WrongUsage, $"there is no step '{number}'; there are 1 to {All.Count}");
}
