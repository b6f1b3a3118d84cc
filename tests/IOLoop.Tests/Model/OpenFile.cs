using System.IO.Pipes;
using IOLoops.Conformance;

namespace IOLoops.Tests.Model;

/// <summary>
/// An open file description in the model and in the kernel: the reading end of a pipe whose writing end stays open. All
/// its numbers are low ones, which never are the number of a slot.
/// </summary>
internal sealed class OpenFile : IDisposable
{
    private readonly AnonymousPipeServerStream _writer = new(PipeDirection.Out);
    private readonly List<int> _duplicates = [];

    /// <summary>Whether bytes wait to be read.</summary>
    internal bool IsReadable { get; private set; }

    /// <summary>Whether a duplicate outside the slots keeps it open.</summary>
    internal bool HasDuplicate => _duplicates.Count > 0;

    internal int SomeDuplicate => _duplicates[^1];

    internal void Write()
    {
        _writer.WriteByte(1);
        IsReadable = true;
    }

    internal void Drain(int number)
    {
        if (IsReadable)
            Descriptors.Read(number);
        IsReadable = false;
    }

    /// <summary>Makes <paramref name="number"/> a descriptor of this file, at first the only one.</summary>
    internal void OpenAs(int number)
    {
        Descriptors.Replace(number, (int)_writer.ClientSafePipeHandle.DangerousGetHandle());
        _writer.DisposeLocalCopyOfClientHandle();
    }

    internal void Duplicate(int number) => _duplicates.Add(Descriptors.DuplicateAbove(number, 64));

    public void Dispose()
    {
        _writer.Dispose();
        _duplicates.ForEach(Descriptors.Close);
    }
}
