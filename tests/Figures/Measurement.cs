namespace Figures;

/// <summary>What all scenarios share: how often an operation is done, and the marks around that.</summary>
internal sealed class Measurement(Subject subject, Fault fault)
{
    internal const int Batches = 4;
    internal const int Operations = 10;
    internal const int WarmUp = 12;

    /// <summary>
    /// Counts what all threads of the loop do for an operation that another thread begins, when all sleep before and after it.
    /// </summary>
    /// <param name="figure">The figure's name.</param>
    /// <param name="operation">Returns when the loop has done its part.</param>
    /// <param name="allocated">What the loop's thread had allocated when it did so.</param>
    internal void FromOutside(string figure, Action operation, Func<long> allocated)
    {
        Repeat(operation, WarmUp);
        for (int batch = 0; batch < Batches; batch++)
        {
            long before = allocated();
            Begin(figure);
            Repeat(operation, Operations);
            End(figure);
            Mark.Allocated(subject.Kind, figure, "loop", allocated() - before, Operations);
        }
    }

    /// <summary>Counts what the loop's thread does for operations that its own callback makes, one behind the other.</summary>
    /// <param name="rounds">Each is a figure and its operation, which gets the number of the repetition. They follow one another in each batch.</param>
    internal void InOneCallback(params (string Figure, Action<int> Operation)[] rounds)
    {
        Bounded.Wait(subject.Loop.InvokeAsync(() =>
        {
            for (int batch = -2; batch < Batches; batch++)
            {
                foreach (var (figure, operation) in rounds)
                    Round(figure, operation, isMeasured: batch >= 0);
            }
        }), rounds[0].Figure);
        subject.WaitUntilAsleep();
    }

    /// <summary>The marks around what the loop does by itself, turn after turn. To be called once per operation, on the loop's thread.</summary>
    /// <returns>Whether that is enough.</returns>
    internal bool IsDone(string figure, ref int calls, ref long before)
    {
        int measured = calls++ - WarmUp;
        if (measured < 0 || measured % Operations != 0)
            return false;
        if (measured > 0)
        {
            long bytes = GC.GetAllocatedBytesForCurrentThread() - before;
            End(figure);
            Mark.Allocated(subject.Kind, figure, "loop", bytes, Operations);
        }
        if (measured == Batches * Operations)
            return true;
        subject.WaitUntilOthersSleep();
        Begin(figure);
        before = GC.GetAllocatedBytesForCurrentThread();
        fault.Happen();
        return false;
    }

    internal void Begin(string figure)
    {
        foreach (var thread in subject.Threads)
            Mark.Begin(subject.Kind, figure, thread.Role, thread.Id);
    }

    internal void End(string figure, int operations = Operations)
    {
        foreach (var thread in subject.Threads)
            Mark.End(subject.Kind, figure, thread.Role, operations);
    }

    private void Round(string figure, Action<int> operation, bool isMeasured)
    {
        if (isMeasured)
            Mark.Begin(subject.Kind, figure, "loop", subject.Threads[0].Id);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Operations; i++)
            operation(i);
        fault.Happen();
        long bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        if (!isMeasured)
            return;
        Mark.End(subject.Kind, figure, "loop", Operations);
        Mark.Allocated(subject.Kind, figure, "loop", bytes, Operations);
    }

    private void Repeat(Action operation, int count)
    {
        for (int i = 0; i < count; i++)
        {
            operation();
            subject.WaitUntilAsleep();
        }
    }
}
