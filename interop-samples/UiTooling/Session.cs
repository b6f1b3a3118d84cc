using System.Globalization;
using IOLoops.Sources;

namespace IOLoops.Samples;

/// <summary>A command that can be started and stopped, log files, and the lines of both. Belongs to the loop's thread.</summary>
internal sealed class Session : IDisposable
{
    // Programs that ask learn that this terminal has neither colours nor a cursor that moves.
    private static readonly Dictionary<string, string> Environment = new() { ["TERM"] = "dumb" };

    private readonly IOLoop _loop;
    private readonly LogWatch _logWatch;
    private (int Columns, int Rows) _size = (80, 24);
    private Command? _command;
    private TaskCompletionSource _ended = new();

    /// <param name="loop">Runs on the calling thread.</param>
    /// <param name="commandLine">The program and its arguments; empty: none.</param>
    /// <param name="logs">The log files.</param>
    /// <exception cref="IOException">The logs cannot be watched.</exception>
    internal Session(IOLoop loop, IReadOnlyList<string> commandLine, IReadOnlyList<string> logs)
    {
        _loop = loop;
        _loop.CallbackException += OnCallbackException;
        CommandLine = commandLine;
        _logWatch = new LogWatch(loop, logs, Logs.Add);
    }

    internal IReadOnlyList<string> CommandLine { get; set; }

    /// <summary>How long the next command that is started has to end when it is asked to.</summary>
    internal TimeSpan Grace { get; set; } = Command.UsualGrace;

    internal LineBuffer Output { get; } = new();

    internal LineBuffer Logs { get; } = new();

    /// <summary>How the command is doing.</summary>
    internal string State { get; private set; } = "not started";

    internal event Action? StateChanged;

    /// <summary>Until its last output and its end were reported.</summary>
    internal bool IsRunning => _command is not null && !_ended.Task.IsCompleted;

    /// <summary>How the last command has ended; null: it has not, it is unknown how, or there was none.</summary>
    internal ExitStatus? Exit { get; private set; }

    internal long BytesRead => _command?.BytesRead ?? 0;

    internal void Start()
    {
        if (IsRunning || CommandLine.Count == 0)
        {
            Output.Add(Remark(IsRunning ? "it runs already" : "no command was given"));
            return;
        }
        _command?.Dispose();
        _command = null;
        Exit = null;
        _ended = new TaskCompletionSource();
        try
        {
            var command = _command = new Command(_loop, CommandLine, _size.Columns, _size.Rows, Environment) { Grace = Grace };
            var text = new TerminalText(Output.Add, Output.SetUnfinished);
            command.Output += bytes => text.Append(bytes.Span);
            _loop.AddFuture(command.Exited, exited => OnExited(exited, text));
            SetState($"running, process {command.ProcessId}");
            Output.Add(Remark($"started: {Printable.Of(CommandLine)}"));
        }
        catch (IOException failure)
        {
            SetState(Printable.Of(failure.Message));
            Output.Add(Remark(State));
        }
    }

    /// <summary>Asks it to end; does not wait.</summary>
    internal void Stop()
    {
        if (!IsRunning)
            return;
        _command!.Stop();
        SetState($"asked to end, process {_command.ProcessId}");
    }

    /// <summary>Until it has ended, which is at the latest when its grace is over.</summary>
    internal Task StopAsync()
    {
        Stop();
        return IsRunning ? _ended.Task : Task.CompletedTask;
    }

    internal void SendLine(string line) => _command?.Send(line + "\n");

    /// <summary>The room that there is for the command's lines.</summary>
    internal void Resize(int columns, int rows)
    {
        if (columns <= 0 || rows <= 0 || (columns, rows) == _size)
            return;
        _size = (columns, rows);
        _command?.Resize(columns, rows);
    }

    public void Dispose()
    {
        _command?.Dispose();
        _command = null;
        _logWatch.Dispose();
        _loop.CallbackException -= OnCallbackException;
    }

    private static string Remark(FormattableString text) => Remark(text.ToString(CultureInfo.InvariantCulture));

    private static string Remark(string text) => $"{LinesView.RemarkSign} {text}";

    private void OnExited(Task<ExitStatus> exited, TerminalText text)
    {
        text.End();
        string end = exited.Exception is { } lost ? Printable.Of(lost.InnerException!.Message) : $"{Exit = exited.Result}";
        Output.Add(Remark(end));
        SetState(end);
        _ended.SetResult();
    }

    private void SetState(FormattableString state) => SetState(state.ToString(CultureInfo.InvariantCulture));

    private void SetState(string state)
    {
        State = state;
        StateChanged?.Invoke();
    }

    // A log that cannot be read any more, for example.
    private void OnCallbackException(object? sender, CallbackExceptionEventArgs failed)
    {
        failed.Handled = true;
        Output.Add(Remark(Printable.Of(failed.Exception.Message)));
    }
}
