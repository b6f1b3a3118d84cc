using IOLoops.Conformance;
using Microsoft.Extensions.Time.Testing;

namespace IOLoops.Tests.Model;

/// <summary>Does to a real loop what it does to the model, and compares what each turn ran.</summary>
internal sealed class LoopUnderTest : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly PollIOLoop _loop;
    private readonly LoopModel _model = new();
    private readonly int[] _numbers;
    private readonly List<OpenFile> _files = [];
    private readonly List<TimeoutHandle> _timeouts = [];
    private readonly List<string> _ran = [];
    private int _handlers;
    private int _callbacks;

    /// <param name="options">Which loop to test; its clock is the test's.</param>
    /// <param name="numbers">A number for each slot, which nothing else uses.</param>
    internal LoopUnderTest(PollIOLoopOptions options, int[] numbers)
    {
        _numbers = numbers;
        options.TimeProvider = _time;
        _loop = new PollIOLoop(options);
        for (int slot = 0; slot < LoopModel.Slots; slot++)
        {
            Open(slot);
        }
    }

    /// <summary>Null, or what went wrong.</summary>
    internal string? Do(Operation operation)
    {
        int slot = operation.Slot;
        var file = _model.Files[slot];
        switch (operation.Kind)
        {
            case OperationKind.Add:
                int handler = _handlers++;
                return Compare(_model.Add(slot, handler, Events(operation)), () => _loop.AddHandler(
                    _numbers[slot], (_, events) => _ran.Add($"handler {handler} {events}"), Events(operation)));
            case OperationKind.Update:
                return Compare(_model.Update(slot, Events(operation)), () => _loop.UpdateHandler(_numbers[slot], Events(operation)));
            case OperationKind.Remove:
                _loop.RemoveHandler(_numbers[slot]); // before the model: it never throws
                _model.Remove(slot);
                break;
            case OperationKind.Write:
                file?.Write();
                break;
            case OperationKind.Drain:
                file?.Drain(_numbers[slot]);
                break;
            case OperationKind.Close when file is not null:
                Close(slot);
                break;
            case OperationKind.CloseKeepingDuplicate when file is not null:
                file.Duplicate(_numbers[slot]);
                Close(slot);
                break;
            case OperationKind.Reopen when file is null:
                Open(slot);
                break;
            case OperationKind.ReopenDuplicate when file is null && _files.Find(candidate => candidate.HasDuplicate) is { } duplicated:
                Descriptors.Replace(_numbers[slot], duplicated.SomeDuplicate);
                _model.Files[slot] = duplicated;
                break;
            default:
                DoWithTime(operation);
                break;
        }
        return operation.Kind == OperationKind.Turn ? Turn() : null;
    }

    private void DoWithTime(Operation operation)
    {
        switch (operation.Kind)
        {
            case OperationKind.AddCallback:
                string name = $"callback {_callbacks++}";
                _model.AddCallback(name);
                _loop.AddCallback(() => _ran.Add(name));
                break;
            case OperationKind.AddTimeout:
                int id = _timeouts.Count;
                _model.AddTimeout(_model.Now + operation.Value, id);
                _timeouts.Add(_loop.CallLater(TimeSpan.FromTicks(operation.Value), () => _ran.Add($"timeout {id}")));
                break;
            case OperationKind.CancelTimeout when _timeouts.Count > 0:
                int which = operation.Value % _timeouts.Count;
                _model.CancelTimeout(which);
                _loop.RemoveTimeout(_timeouts[which]);
                break;
            case OperationKind.Advance:
                _model.Now += operation.Value;
                _time.Advance(TimeSpan.FromTicks(operation.Value));
                break;
        }
    }

    private string? Turn()
    {
        var expected = _model.Turn();
        _ran.Clear();
        int count = _loop.RunOnce(TimeSpan.Zero);
        int handlers = _ran.FindIndex(name => name.StartsWith("handler", StringComparison.Ordinal));
        if (handlers >= 0)
            _ran.Sort(handlers, _ran.Count - handlers, StringComparer.Ordinal);
        if (_ran.SequenceEqual(expected) && count == expected.Count)
            return null;
        return $"expected [{string.Join(", ", expected)}], ran [{string.Join(", ", _ran)}], counted {count}";
    }

    private static string? Compare(Type? expected, Action action)
    {
        Type? thrown = null;
        try
        {
            action();
        }
        catch (Exception exception)
        {
            thrown = exception.GetType();
        }
        return thrown == expected ? null : $"expected {expected?.Name ?? "success"}, got {thrown?.Name ?? "success"}";
    }

    private static IOEvents Events(Operation operation) => operation.Value % 3 == 0 ? IOEvents.None : IOEvents.Read;

    private void Close(int slot)
    {
        Descriptors.Close(_numbers[slot]);
        _model.Close(slot);
    }

    private void Open(int slot)
    {
        var file = new OpenFile();
        _files.Add(file);
        file.OpenAs(_numbers[slot]);
        _model.Files[slot] = file;
    }

    public void Dispose()
    {
        _loop.Close();
        for (int slot = 0; slot < LoopModel.Slots; slot++)
            Descriptors.Close(_numbers[slot]);
        _files.ForEach(file => file.Dispose());
    }
}
