using IOLoops.Conformance;

namespace IOLoops.Rx.Tests;

/// <summary>A pseudo-terminal, both sides of it.</summary>
internal sealed class Terminal : IDisposable
{
    internal Terminal() => (Master, Slave) = RawFiles.OpenTerminal();

    internal int Master { get; }

    internal int Slave { get; }

    internal void CloseSlave() => Descriptors.Close(Slave);

    public void Dispose()
    {
        Descriptors.Close(Slave);
        Descriptors.Close(Master);
    }
}
