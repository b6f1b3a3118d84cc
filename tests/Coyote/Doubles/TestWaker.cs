using IOLoops.Polling;

namespace IOLoops.Coyote;

/// <summary>A waker over a descriptor that no system knows.</summary>
internal sealed class TestWaker : IWaker
{
    public WakerKind Kind => WakerKind.Pipe;

    public int Descriptor { get; } = Descriptors.Open();

    public void Wake() => Descriptors.Send(Descriptor);

    public void Drain() => Descriptors.Clear(Descriptor);

    public void Dispose()
    {
    }
}
