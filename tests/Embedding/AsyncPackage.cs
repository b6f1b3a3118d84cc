using Microsoft.VisualStudio.Threading;

namespace Embedding;

/// <summary>
/// In place of the class of this name in Visual Studio's packages, which this project does not restore: the members that
/// <see cref="MyPackage"/> uses, with the same signatures.
/// </summary>
public abstract class AsyncPackage : IDisposable
{
    public JoinableTaskFactory JoinableTaskFactory { get; } = new JoinableTaskContext().Factory;

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected abstract Task InitializeAsync(CancellationToken cancellationToken, IProgress<ServiceProgressData> progress);

    protected virtual void Dispose(bool disposing)
    {
    }
}
