using System.Runtime.ExceptionServices;
using Shouldly;
using Xunit.Sdk;

namespace IOLoops.Conformance;

/// <summary>Collects what fails in callbacks. Unless a test expects failures, the first one stops the loop and fails the test.</summary>
public sealed class FailureCollector
{
    private readonly Lock _gate = new();
    private readonly List<CallbackExceptionEventArgs> _all = [];

    /// <summary>Whether the test is about failures; failed assertions still fail it.</summary>
    public bool Expected { get; set; }

    /// <summary>Whether failures are left for the loop to log.</summary>
    public bool Unhandled { get; set; }

    /// <summary>Called for each failure, after it was collected.</summary>
    public Action<CallbackExceptionEventArgs>? OnFailure { get; set; }

    /// <summary>The failures so far.</summary>
    public IReadOnlyList<CallbackExceptionEventArgs> All
    {
        get
        {
            lock (_gate)
                return [.. _all];
        }
    }

    /// <summary>The handler of <see cref="IOLoop.CallbackException"/>.</summary>
    public void Record(object? sender, CallbackExceptionEventArgs failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        failure.Handled = !Unhandled;
        lock (_gate)
            _all.Add(failure);
        if (IsUnexpected(failure.Exception))
            (sender as IOLoop)?.Stop();
        else
            OnFailure?.Invoke(failure);
    }

    internal void ThrowUnexpected()
    {
        if (All.FirstOrDefault(failure => IsUnexpected(failure.Exception)) is { } first)
            ExceptionDispatchInfo.Throw(first.Exception);
    }

    private bool IsUnexpected(Exception exception) => !Expected || exception is ShouldAssertException or IAssertionException;
}
