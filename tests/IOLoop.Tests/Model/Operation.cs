using CsCheck;

namespace IOLoops.Tests.Model;

/// <summary>One step of a random sequence; slots and values are reduced to what there is when it is done.</summary>
internal readonly record struct Operation(OperationKind Kind, int Slot, int Value)
{
    public override string ToString() => $"{Kind} {Slot} {Value}";

    internal static Gen<Operation> Random(params OperationKind[] kinds) =>
        Gen.Select(Gen.Int[0, kinds.Length - 1], Gen.Int[0, LoopModel.Slots - 1], Gen.Int[0, 30], (kind, slot, value) => new Operation(kinds[kind], slot, value));
}
