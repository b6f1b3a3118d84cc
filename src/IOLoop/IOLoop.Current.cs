namespace IOLoops;

public abstract partial class IOLoop
{
    private static readonly Lock InstanceGate = new();
    private static volatile IOLoop? s_instance;

    [ThreadStatic]
    private static IOLoop? t_current;

    [ThreadStatic]
    private static IOLoop? t_running;

    /// <summary>The global loop. The first use makes it with <see cref="Create"/>. Any thread.</summary>
    public static IOLoop Instance
    {
        get
        {
            if (s_instance is { } instance)
                return instance;
            lock (InstanceGate)
                return s_instance ??= Create();
        }
    }

    /// <summary>Whether there is a global loop. Any thread.</summary>
    public static bool Initialized => s_instance is not null;

    /// <summary>Makes this the global loop. Any thread.</summary>
    /// <exception cref="InvalidOperationException">There is a global loop already. <see cref="ClearInstance"/> forgets it.</exception>
    public void Install()
    {
        lock (InstanceGate)
        {
            if (s_instance is not null)
                throw new InvalidOperationException("There is a global loop already. Call IOLoop.ClearInstance() first, or use IOLoop.Instance.");
            s_instance = this;
        }
    }

    /// <summary>Forgets the global loop without closing it. Any thread.</summary>
    public static void ClearInstance()
    {
        lock (InstanceGate)
            s_instance = null;
    }

    /// <summary>The loop that runs on this thread or was made current on it, else <see cref="Instance"/>.</summary>
    public static IOLoop Current => t_current ?? Instance;

    /// <summary>Makes this the current loop of the calling thread.</summary>
    public void MakeCurrent()
    {
        t_current = this;
        t_running?.Core?.Context.NoteChange();
    }

    /// <summary>Leaves the calling thread without a current loop.</summary>
    public static void ClearCurrent()
    {
        t_current = null;
        t_running?.Core?.Context.NoteChange();
    }

    /// <summary>What <see cref="Current"/> and the running loop were on this thread, for <see cref="Leave"/> to restore.</summary>
    internal readonly record struct ThreadState(IOLoop? Current, IOLoop? Running);

    internal ThreadState Enter()
    {
        var before = new ThreadState(t_current, t_running);
        t_current = t_running = this;
        return before;
    }

    /// <summary>Undoes what a callback did to the current loop.</summary>
    internal void RestoreCurrent() => t_current = this;

    internal static void Leave(ThreadState before)
    {
        t_current = before.Current;
        t_running = before.Running;
    }
}
