namespace Figures;

/// <summary>Which loop, which operation, and which of the threads that work for it.</summary>
internal readonly record struct FigureKey(string Kind, string Figure, string Role)
{
    public override string ToString() => $"{Kind}: {Figure}: {Role}";
}
