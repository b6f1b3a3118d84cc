namespace IOLoops;

public abstract partial class IOLoop
{
    private static volatile Func<IOLoop>? s_factory;

    /// <summary>The type that <c>Configure</c> configures: <see cref="IOLoop"/>.</summary>
    public static Type ConfigurableBase => typeof(IOLoop);

    /// <summary>The type that <see cref="Create"/> makes by default: <see cref="PollIOLoop"/>.</summary>
    public static Type ConfigurableDefault => typeof(PollIOLoop);

    /// <summary>Makes a loop of the configured kind. Any thread.</summary>
    /// <exception cref="InvalidOperationException">The configured factory returned null.</exception>
    public static IOLoop Create() => s_factory is { } factory
        ? factory() ?? throw new InvalidOperationException("The factory given to IOLoop.Configure returned null. It must return a new loop.")
        : new PollIOLoop();

    /// <summary>Sets what <see cref="Create"/> makes from now on. Existing loops do not change. Any thread.</summary>
    /// <param name="factory">Makes a new loop at each call. <see langword="null"/> restores the default.</param>
    public static void Configure(Func<IOLoop>? factory) => s_factory = factory;

    /// <summary>Sets the type that <see cref="Create"/> makes from now on. Any thread.</summary>
    public static void Configure<TLoop>()
        where TLoop : IOLoop, new() => s_factory = static () => new TLoop();
}
