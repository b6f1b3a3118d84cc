namespace IOLoops;

/// <summary>Instead of <see cref="System.Threading.SynchronizationContext"/>, which Coyote does not intercept. Awaits do not see it.</summary>
public class SynchronizationContext
{
    [ThreadStatic]
    private static SynchronizationContext? t_current;

    internal static SynchronizationContext? Current => t_current;

    internal static void SetSynchronizationContext(SynchronizationContext? context) => t_current = context;

    public virtual void Post(SendOrPostCallback d, object? state) => throw new NotSupportedException();

    public virtual void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException();

    public virtual void OperationStarted()
    {
    }

    public virtual void OperationCompleted()
    {
    }

    public virtual SynchronizationContext CreateCopy() => this;
}
