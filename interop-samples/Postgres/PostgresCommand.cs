/// <summary>A command that waits for its turn, or is being executed.</summary>
internal sealed class PostgresCommand(string text, string[] arguments)
{
    // Code that awaits it resumes in a call of its own, and may begin the next command there.
    private readonly TaskCompletionSource<string?> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal string Text => text;

    internal string[] Arguments => arguments;

    internal string? Value { get; set; }

    internal PostgresException? Failure { get; set; }

    internal Task<string?> Task => _ended.Task;

    internal void End()
    {
        if (Failure is null)
            _ended.TrySetResult(Value);
        else
            _ended.TrySetException(Failure);
    }
}
