using System.Runtime.Versioning;

namespace IOLoops.Hosting;

/// <summary>
/// The context of a thread of WinForms, which is posted to by messages of a window of the loop's own. The context itself runs all that is
/// posted, also what is posted meanwhile, inside one message, and leaves one behind for each post.
/// </summary>
/// <remarks>Else as other contexts: it is not pumped, and nothing nests.</remarks>
[SupportedOSPlatform("windows")]
internal sealed class FormsContextHost : IHostThread, IPromptHost, IHostLifetime, IDisposable
{
    private const string ContextName = "System.Windows.Forms.WindowsFormsSynchronizationContext"; // sealed

    private readonly WindowsMessageHost _messages = new();

    /// <inheritdoc cref="WindowsMessageHost.OnLost"/>
    internal Action<Exception> OnLost
    {
        set => _messages.OnLost = value;
    }

    public bool IsOnHostThread => _messages.IsOnHostThread;

    public TimeSpan SuitedBudget => _messages.SuitedBudget;

    public bool SeesAll => _messages.SeesAll;

    public bool HasOtherWork => _messages.HasOtherWork;

    /// <summary>Whether a context is that of WinForms, and this its thread.</summary>
    internal static bool IsFor(SynchronizationContext context) =>
        ReferenceEquals(SynchronizationContext.Current, context) && context.GetType().FullName == ContextName;

    public void Post(Action turn) => _messages.Post(turn);

    public void PostBehind(Action turn) => _messages.PostBehind(turn);

    public void OnRunBeginning() => _messages.OnRunBeginning();

    public void OnRunEnded() => _messages.OnRunEnded();

    public void Dispose() => _messages.Dispose();
}
