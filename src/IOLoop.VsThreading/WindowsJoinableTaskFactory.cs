using System.Runtime.CompilerServices;
using Microsoft.VisualStudio.Threading;

namespace IOLoops.VsThreading;

/// <summary>Joinable tasks on UI threads of Windows that stay responsive under any load.</summary>
public static class WindowsJoinableTaskFactory
{
    private static readonly ConditionalWeakTable<JoinableTaskContext, MessagePoster> Posters = [];

    /// <summary>
    /// A factory that posts to the main thread by Windows messages, instead of the UI framework's SynchronizationContext, and lets input,
    /// painting and timers of that thread get their turn however much is posted:
    /// <c>JoinableTaskIOLoop.Attach(context.Factory.WithWindowsMessages())</c>. For WinForms, whose own context runs all that is
    /// posted, also what is posted meanwhile, before anything else: there a loop that is made on the main thread takes such a factory
    /// by itself, if it was given none with overrides. In WPF use a factory with a priority.
    /// </summary>
    /// <param name="factory">Of a context whose main thread pumps Windows messages.</param>
    /// <returns>A factory of the same context and collection. Calls with the same context share one window.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="factory"/> is null.</exception>
    /// <exception cref="InvalidOperationException">This is not the context's main thread.</exception>
    /// <exception cref="PlatformNotSupportedException">This is not Windows.</exception>
    public static JoinableTaskFactory WithWindowsMessages(this JoinableTaskFactory factory)
    {
        ArgumentNullException.ThrowIfNull(factory);
        if (!factory.Context.IsOnMainThread)
            throw new InvalidOperationException("WithWindowsMessages makes a window of the context's main thread: call it there.");
        return new WindowsMessageFactory(factory, Posters.GetValue(factory.Context, static _ => new MessagePoster()));
    }

    /// <summary>What a loop's turns are posted by: what was given, unless that is a plain factory on a main thread of WinForms.</summary>
    internal static JoinableTaskFactory ForTurns(JoinableTaskFactory factory)
    {
        ArgumentNullException.ThrowIfNull(factory);
        return OperatingSystem.IsWindows() && factory.GetType() == typeof(JoinableTaskFactory) && factory.Context.IsOnMainThread && new Look(factory).IsWinForms
            ? factory.WithWindowsMessages()
            : factory;
    }

    private sealed class Look(JoinableTaskFactory factory) : DelegatingJoinableTaskFactory(factory)
    {
        internal bool IsWinForms => UnderlyingSynchronizationContext?.GetType().FullName == "System.Windows.Forms.WindowsFormsSynchronizationContext";
    }
}
